//! Places of the court as people list them in a spreadsheet or a file.
//!
//! What is not here: keeping them.

use model::limits::{NAME_CHARS_MAX, SITE_CAPACITY_MAX};
use serde::{Deserialize, Serialize};

use crate::problem::{FieldFault, Problem, check_text};
use crate::table::{self, TableFault};
use crate::words::SiteKind;

/// One place as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListedSite {
    /// The tribunal it belongs to, by name.
    pub tribunal: String,
    /// The court of that tribunal.
    pub court: String,
    /// What kind of place.
    pub kind: SiteKind,
    /// Name, unique in the list.
    pub name: String,
    /// Where it is.
    #[serde(default)]
    pub address: String,
    /// People it holds.
    #[serde(default)]
    pub capacity: u16,
    /// Who helps there.
    #[serde(default)]
    pub contact: String,
    /// Their telephone.
    #[serde(default)]
    pub phone: String,
}

/// A row of a list: its number as a spreadsheet counts, and the place or what is wrong with it.
pub type ListedRow = (usize, Result<ListedSite, Vec<Problem>>);

/// Columns of the list: the heading in Chinese and in English.
const COLUMNS: [(&str, &str); 8] = [
    ("法庭", "tribunal"),
    ("法院", "court"),
    ("类别", "kind"),
    ("名称", "name"),
    ("地址", "address"),
    ("容纳人数", "capacity"),
    ("联系人", "contact"),
    ("电话", "phone"),
];
/// Columns that must be there.
const NEEDED: usize = 4;

/// Reads a list with a line of headings: for each row the place, or what is wrong with it. The
/// number is the row as a spreadsheet counts it.
///
/// # Errors
/// When it is no table, or a column that is needed is missing: its name.
pub fn read(text: &str) -> Result<Vec<ListedRow>, ListFault> {
    let mut rows = table::read(text).map_err(ListFault::Table)?.into_iter();
    let headings = rows.next().unwrap_or_default();
    let place = |(zh, en): (&'static str, &'static str)| {
        headings.iter().position(|found| found == zh || found.eq_ignore_ascii_case(en))
    };
    let places = COLUMNS.map(place);
    for (column, found) in COLUMNS.iter().zip(places).take(NEEDED) {
        if found.is_none() {
            return Err(ListFault::ColumnMissing(column.0));
        }
    }
    let rows = rows.enumerate().map(|(number, row)| {
        let cell = |column: usize| {
            let place = places.get(column).copied().flatten();
            place.and_then(|place| row.get(place)).map(String::as_str).unwrap_or_default()
        };
        (number + 2, site(cell))
    });
    Ok(rows.collect())
}

/// Why a text is no list of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListFault {
    /// No table.
    Table(TableFault),
    /// This column is missing.
    ColumnMissing(&'static str),
}

fn site<'a>(cell: impl Fn(usize) -> &'a str) -> Result<ListedSite, Vec<Problem>> {
    let mut problems = Vec::new();
    let kind = SiteKind::named(cell(2));
    if kind.is_none() {
        problems.push(Problem::new("kind", FieldFault::UnknownWord));
    }
    let capacity = match cell(5) {
        "" => Some(0),
        text => text.parse().ok(),
    };
    if capacity.is_none() {
        problems.push(Problem::new("capacity", FieldFault::OutOfBounds));
    }
    let site = ListedSite {
        tribunal: cell(0).to_owned(),
        court: cell(1).to_owned(),
        kind: kind.unwrap_or(SiteKind::Other),
        name: cell(3).to_owned(),
        address: cell(4).to_owned(),
        capacity: capacity.unwrap_or_default(),
        contact: cell(6).to_owned(),
        phone: cell(7).to_owned(),
    };
    problems.extend(check(&site));
    if problems.is_empty() { Ok(site) } else { Err(problems) }
}

/// What is wrong with one place.
pub fn check(site: &ListedSite) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (field, text, needed) in [
        ("tribunal", &site.tribunal, true),
        ("court", &site.court, true),
        ("name", &site.name, true),
        ("address", &site.address, false),
        ("contact", &site.contact, false),
        ("phone", &site.phone, false),
    ] {
        check_text(field, text, NAME_CHARS_MAX, needed, &mut problems);
    }
    if site.capacity > SITE_CAPACITY_MAX {
        problems.push(Problem::new("capacity", FieldFault::OutOfBounds));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_is_read_by_its_headings() {
        let text =
            "名称,类别,法院,法庭,容纳人数\r\n贺胜法庭,人民法庭,咸安区人民法院,贺胜人民法庭,30\r\n";
        let found = read(text).unwrap();
        let site = found[0].1.clone().unwrap();
        assert_eq!((found[0].0, site.kind, site.capacity), (2, SiteKind::Tribunal, 30));
        assert_eq!(site.tribunal, "贺胜人民法庭");
        assert_eq!(read("名称,法院\n"), Err(ListFault::ColumnMissing("法庭")));
    }

    #[test]
    fn each_row_says_what_is_wrong_with_it() {
        let text = "tribunal,court,kind,name,capacity\n\
                    T,C,tribunal,Good,1\n\
                    T,C,palace,,-4\n\
                    T,C,other,=cmd(),99999\n\
                    T,C,other,big,3000\n";
        let found = read(text).unwrap();
        let faults = |row: usize| -> Vec<String> {
            let problems = found[row].1.clone().unwrap_err();
            problems.iter().map(|p| format!("{} {:?}", p.field, p.fault)).collect()
        };
        assert!(found[0].1.is_ok());
        assert_eq!(faults(1), ["kind UnknownWord", "capacity OutOfBounds", "name Empty"]);
        assert_eq!(faults(2), ["capacity OutOfBounds", "name BadText"]);
        assert_eq!(faults(3), ["capacity OutOfBounds"]);
    }
}
