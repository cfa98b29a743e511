//! Which documents of a sitting can be taken out, and as what.
//!
//! What is not here: what they say (crate `papers` and who fills them in).

use serde::{Deserialize, Serialize};

/// Which document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "PaperForm"))]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// 庭审笔录.
    Transcript,
    /// 调解笔录.
    MediationRecord,
    /// 调解协议.
    Agreement,
    /// 无争议事实记载.
    UndisputedFacts,
    /// 庭审录音录像说明.
    RecordingNote,
    /// 情况说明 (of faults of the recording).
    Explanation,
    /// 到庭情况与签到.
    Attendance,
    /// 送达情况 (notices with their receipts).
    Service,
    /// 证人隔离证明.
    Isolation,
    /// 调解不成立移交单.
    HandOver,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 10] = [
        Self::Transcript,
        Self::MediationRecord,
        Self::Agreement,
        Self::UndisputedFacts,
        Self::RecordingNote,
        Self::Explanation,
        Self::Attendance,
        Self::Service,
        Self::Isolation,
        Self::HandOver,
    ];

    /// Its name in paths and file names.
    pub const fn stem(self) -> &'static str {
        match self {
            Self::Transcript => "transcript",
            Self::MediationRecord => "mediation-record",
            Self::Agreement => "agreement",
            Self::UndisputedFacts => "undisputed-facts",
            Self::RecordingNote => "recording-note",
            Self::Explanation => "explanation",
            Self::Attendance => "attendance",
            Self::Service => "service",
            Self::Isolation => "isolation",
            Self::HandOver => "hand-over",
        }
    }

    /// The form of a name.
    pub fn of_stem(stem: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.stem() == stem)
    }
}

/// What a document is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "PaperFormat"))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// To print and to file.
    Pdf,
    /// To edit.
    Docx,
    /// To read anywhere.
    Txt,
    /// As data, with times.
    Json,
    /// Its tables for a spreadsheet.
    Csv,
    /// Its lines as subtitles.
    Vtt,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] = [Self::Pdf, Self::Docx, Self::Txt, Self::Json, Self::Csv, Self::Vtt];

    /// How its files end.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Txt => "txt",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Vtt => "vtt",
        }
    }

    /// Its media type (RFC 8118, ISO/IEC 29500, RFC 4180, W3C WebVTT).
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Txt => "text/plain; charset=utf-8",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Vtt => "text/vtt; charset=utf-8",
        }
    }

    /// The format of a file's ending.
    pub fn of_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.ending() == ending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for form in Form::ALL {
            assert_eq!(Form::of_stem(form.stem()), Some(form));
        }
        for format in Format::ALL {
            assert_eq!(Format::of_ending(format.ending()), Some(format));
        }
        assert_eq!((Form::of_stem("x"), Format::of_ending("exe")), (None, None));
    }
}
