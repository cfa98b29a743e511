//! Lists of places as people upload them: any text is a list or named as none, and what is taken is
//! within bounds.
//!
//! What is not here: keeping them.

#![no_main]

use docket::problem::is_plain;
use docket::sites;
use docket::table;
use libfuzzer_sys::fuzz_target;
use model::limits::{NAME_CHARS_MAX, SITE_CAPACITY_MAX, TABLE_CELLS_MAX, TABLE_ROWS_MAX};

const HEADINGS: &str = "法庭,法院,类别,名称,地址,容纳人数,联系人,电话\n";
const ROW: &str = "贺胜人民法庭,咸安区人民法院,诉讼服务站,石桥站,\"石桥村, 一组\",12,王某,0715-8000000\n";

fuzz_target!(|text: &str| {
    if let Ok(rows) = table::read(text) {
        assert!(rows.len() <= TABLE_ROWS_MAX);
        assert!(rows.iter().all(|row| row.len() <= TABLE_CELLS_MAX));
    }
    for list in [text.to_owned(), format!("{HEADINGS}{text}"), format!("{HEADINGS}{ROW}{text}")] {
        let Ok(rows) = sites::read(&list) else { continue };
        for (_, row) in rows {
            let Ok(site) = row else { continue };
            assert!(site.capacity <= SITE_CAPACITY_MAX);
            assert!(!site.name.trim().is_empty() && site.name.chars().count() <= NAME_CHARS_MAX);
            assert!(is_plain(&site.name) && is_plain(&site.tribunal));
            assert!(sites::check(&site).is_empty());
        }
    }
});
