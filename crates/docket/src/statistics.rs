//! Figures of the sittings that ended: how many, how long, how many mediations succeeded; by month,
//! tribunal and place.
//!
//! What is not here: reading them from the docket.

use std::collections::BTreeMap;

use model::{Ending, Kind};
use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::closing::{Closing, Outcome};

/// One sitting that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What kind.
    pub kind: Kind,
    /// How it ended.
    pub closing: Closing,
    /// Name of the tribunal; empty when none is known.
    pub tribunal: String,
    /// Name of the place; empty when none is known.
    pub site: String,
}

/// Figures of some sittings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figures {
    /// Sittings that were opened.
    pub sittings: u32,
    /// Among them hearings.
    pub hearings: u32,
    /// Among them mediations.
    pub mediations: u32,
    /// Mediations that came to an agreement in force.
    pub agreements: u32,
    /// Mediations that failed.
    pub failed: u32,
    /// Lectures.
    pub lectures: u32,
    /// Adjourned.
    pub adjourned: u32,
    /// Turned offline.
    pub offline: u32,
    /// Called off before opening.
    pub called_off: u32,
    /// From opening to end, minutes.
    pub minutes: u32,
}

impl Figures {
    fn count(&mut self, ended: &Ended) {
        let Closing { opened_at, ended_at, ending, outcome } = ended.closing;
        match ending {
            Ending::CalledOff => {
                self.called_off += 1;
                return;
            }
            Ending::Adjourned => self.adjourned += 1,
            Ending::Offline => self.offline += 1,
            Ending::Closed => {}
        }
        match outcome {
            Outcome::Agreement => self.agreements += 1,
            Outcome::Failed { .. } => self.failed += 1,
            Outcome::None => {}
        }
        match ended.kind {
            Kind::Hearing => self.hearings += 1,
            Kind::Mediation => self.mediations += 1,
            Kind::Lecture => self.lectures += 1,
            Kind::EvidenceExchange | Kind::Inquiry | Kind::Consultation | Kind::Call => {}
        }
        self.sittings += 1;
        let minutes = opened_at.map_or(0, |opened| ended_at.since(opened).as_secs() / 60);
        self.minutes = self.minutes.saturating_add(u32::try_from(minutes).unwrap_or(u32::MAX));
    }

    /// Of the mediations that were decided, those that succeeded, in thousandths; none when none
    /// was decided.
    pub fn success_permille(&self) -> Option<u32> {
        let decided = self.agreements + self.failed;
        (decided > 0).then(|| self.agreements * 1_000 / decided)
    }
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Row {
    /// Of what: a month, a tribunal, a place.
    pub name: String,
    /// The figures.
    pub figures: Figures,
    /// Mediations that succeeded among those decided, thousandths.
    pub success_permille: Option<u32>,
}

/// The whole table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Statistics {
    /// Everything.
    pub total: Figures,
    /// Mediations that succeeded among those decided, thousandths.
    pub success_permille: Option<u32>,
    /// By month of the end.
    pub months: Vec<Row>,
    /// By tribunal.
    pub tribunals: Vec<Row>,
    /// By place.
    pub sites: Vec<Row>,
}

/// Counts.
pub fn count(ended: &[Ended]) -> Statistics {
    let mut total = Figures::default();
    let mut tables: [BTreeMap<&str, Figures>; 2] = Default::default();
    let mut months: BTreeMap<String, Figures> = BTreeMap::new();
    for one in ended {
        total.count(one);
        months.entry(Day::of(one.closing.ended_at).month()).or_default().count(one);
        for (table, name) in tables.iter_mut().zip([&one.tribunal, &one.site]) {
            if !name.is_empty() {
                table.entry(name.as_str()).or_default().count(one);
            }
        }
    }
    let row = |(name, figures): (&str, &Figures)| Row {
        name: name.to_owned(),
        figures: *figures,
        success_permille: figures.success_permille(),
    };
    let [tribunals, sites] = tables;
    Statistics {
        total,
        success_permille: total.success_permille(),
        months: months.iter().map(|(name, figures)| row((name, figures))).collect(),
        tribunals: tribunals.iter().map(|(name, figures)| row((name, figures))).collect(),
        sites: sites.iter().map(|(name, figures)| row((name, figures))).collect(),
    }
}

/// The table for a spreadsheet: UTF-8 with a mark, as the office programs of courts expect.
pub fn csv(statistics: &Statistics) -> String {
    let mut text = String::from(
        "\u{feff}类别,名称,场次,开庭,调解,达成协议,调解不成,成功率,讲堂,延期,转线下,取消,时长（分钟）\r\n",
    );
    let all = Row {
        name: "全部".to_owned(),
        figures: statistics.total,
        success_permille: statistics.success_permille,
    };
    let mut line = |class: &str, row: &Row| {
        let f = row.figures;
        let rate = row
            .success_permille
            .map_or_else(String::new, |rate| format!("{}.{}%", rate / 10, rate % 10));
        let name = crate::table::cell(&row.name);
        text.push_str(&format!(
            "{class},{name},{},{},{},{},{},{rate},{},{},{},{},{}\r\n",
            f.sittings,
            f.hearings,
            f.mediations,
            f.agreements,
            f.failed,
            f.lectures,
            f.adjourned,
            f.offline,
            f.called_off,
            f.minutes
        ));
    };
    line("合计", &all);
    for (class, rows) in
        [("月份", &statistics.months), ("法庭", &statistics.tribunals), ("站点", &statistics.sites)]
    {
        for row in rows {
            line(class, row);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use model::{FailureGround, Timestamp};

    use super::*;

    fn ended(kind: Kind, day: &str, minutes: i64, ending: Ending, outcome: Outcome) -> Ended {
        let opened = day.parse::<Day>().unwrap().begin().0 + 9 * 3_600_000;
        Ended {
            kind,
            closing: Closing {
                opened_at: Some(Timestamp(opened)),
                ended_at: Timestamp(opened + minutes * 60_000),
                ending,
                outcome,
            },
            tribunal: "贺胜人民法庭".to_owned(),
            site: String::new(),
        }
    }

    #[test]
    fn sittings_hours_and_success_are_counted_where_they_belong() {
        let failed = Outcome::Failed { ground: FailureGround::NoAgreement };
        let all = [
            ended(Kind::Mediation, "2026-05-31", 60, Ending::Closed, Outcome::Agreement),
            ended(Kind::Mediation, "2026-06-01", 30, Ending::Closed, Outcome::Agreement),
            ended(Kind::Mediation, "2026-06-02", 30, Ending::Closed, failed),
            ended(Kind::Hearing, "2026-06-03", 90, Ending::Adjourned, Outcome::None),
            ended(Kind::Hearing, "2026-06-03", 0, Ending::CalledOff, Outcome::None),
        ];
        let found = count(&all);
        assert_eq!((found.total.sittings, found.total.called_off), (4, 1));
        assert_eq!((found.total.minutes, found.total.adjourned), (210, 1));
        assert_eq!(found.success_permille, Some(666));
        let months: Vec<_> =
            found.months.iter().map(|r| (r.name.as_str(), r.figures.sittings)).collect();
        assert_eq!(months, [("2026-05", 1), ("2026-06", 3)]);
        assert_eq!(found.months[0].success_permille, Some(1_000));
        assert_eq!((found.tribunals.len(), found.sites.len()), (1, 0));
        assert_eq!(count(&[]).success_permille, None);
    }

    #[test]
    fn the_spreadsheet_runs_nothing() {
        let mut one = ended(Kind::Hearing, "2026-06-03", 61, Ending::Closed, Outcome::None);
        one.site = "=cmd|' /C calc'!A0".to_owned();
        let text = csv(&count(&[one]));
        assert!(text.contains("站点,'=cmd"), "{text}");
        assert!(text.starts_with('\u{feff}'));
    }
}
