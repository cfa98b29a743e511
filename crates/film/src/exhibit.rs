//! Which evidence is shown when, on which page, with which lines drawn on it; and a page of it as a
//! picture.
//!
//! What is not here: the bytes of evidence. The recorder room draws a page out of the file that the
//! record names; where it cannot, the film says why.

use model::{EvidenceItem, Fact, Minute, Playing, Stroke, Timestamp};

use crate::words;

/// A piece of evidence as it stood before all for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhibit {
    /// From when, ms on the media time line.
    pub from_ms: u64,
    /// What it is.
    pub item: EvidenceItem,
    /// The page all see, from 1.
    pub page: u16,
    /// How far sound or video has come; none for what has pages.
    pub playing: Option<Playing>,
    /// The lines on that page.
    pub strokes: Vec<Stroke>,
    /// Since when it plays or stands as it does, ms on the media time line.
    played_ms: u64,
}

impl Exhibit {
    /// Its name as a court reads it: whose, which number, what.
    pub fn label(&self) -> String {
        let side = words::side(self.item.side);
        format!("{side}证据{}　{}", self.item.number, self.item.name.reveal())
    }

    /// Where sound or video stands at a moment of the media time line, ms from its beginning.
    pub const fn place_ms(&self, media_ms: u64) -> u64 {
        let Some(Playing { running, at_ms, .. }) = self.playing else { return 0 };
        let gone = if running { media_ms.saturating_sub(self.played_ms) } else { 0 };
        at_ms as u64 + gone
    }
}

/// Why a piece of evidence has no picture in the film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// It is sound.
    Sound,
    /// Its file is not at hand.
    NotKept,
    /// The file is not the one that was shown.
    Altered,
    /// No picture could be made of it.
    Unreadable,
}

/// A page, or a moment of a video, as a picture no larger than its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Width in pixels, even.
    pub width: usize,
    /// Height in pixels, even.
    pub height: usize,
    /// The planes, as a [`crate::Frame`] has them.
    pub bytes: Vec<u8>,
}

/// What was shown, in order of time: from when, and what from then on.
pub(crate) fn exhibits(
    minutes: &[Minute],
    media: &impl Fn(Timestamp) -> u64,
) -> Vec<(u64, Option<Exhibit>)> {
    let mut all: Vec<(u64, Option<Exhibit>)> = Vec::new();
    let mut strokes: Vec<Stroke> = Vec::new();
    let mut shown: Option<Exhibit> = None;
    for minute in minutes {
        let from_ms = media(minute.at);
        if let Fact::EvidenceShown { item, page } = &minute.fact {
            strokes.clear();
            let held = Playing { running: false, at_ms: 0, since: minute.at };
            let playing = item.plays().then_some(held);
            let item = item.clone();
            let (page, strokes, played_ms) = (*page, Vec::new(), from_ms);
            shown = Some(Exhibit { from_ms, item, page, playing, strokes, played_ms });
        } else if matches!(minute.fact, Fact::EvidenceHidden) {
            shown = None;
        } else if let Some(shown) = &mut shown {
            if let Fact::PageTurned { page } = &minute.fact {
                shown.page = *page;
            } else if let Fact::EvidencePlayed { running, at_ms } = &minute.fact {
                let (running, at_ms) = (*running, *at_ms);
                shown.playing = Some(Playing { running, at_ms, since: minute.at });
                shown.played_ms = from_ms;
            } else if let Fact::Drawn { stroke } = &minute.fact {
                strokes.push(stroke.clone());
            } else if matches!(minute.fact, Fact::DrawingCleared) {
                strokes.clear();
            } else {
                continue;
            }
            let page = shown.page;
            shown.strokes = strokes.iter().filter(|of| of.page == page).cloned().collect();
            shown.from_ms = from_ms;
        } else {
            continue;
        }
        all.push((from_ms, shown.clone()));
    }
    all
}

#[cfg(test)]
mod tests {
    use model::minute::Actor;
    use model::{EvidenceForm, EvidenceId, EvidenceKind, ParticipantId};

    use super::*;

    const WHO: ParticipantId = ParticipantId(2);

    fn item(media_type: &str) -> EvidenceItem {
        EvidenceItem {
            id: EvidenceId(1),
            side: None,
            by: WHO,
            number: 3,
            name: "借条".into(),
            kind: EvidenceKind::Document,
            purpose: "".into(),
            form: EvidenceForm::Copy,
            media_type: media_type.to_owned(),
            pages: 9,
            bytes: 1,
            sha256: String::new(),
            sm3: String::new(),
            exchanged: true,
        }
    }

    fn told(facts: Vec<(i64, Fact)>) -> Vec<(u64, Option<Exhibit>)> {
        let minutes: Vec<Minute> = facts
            .into_iter()
            .map(|(ms, fact)| Minute { at: Timestamp(ms), by: Actor::Server, fact })
            .collect();
        exhibits(&minutes, &|at| u64::try_from(at.0).unwrap_or(0))
    }

    fn line(page: u16) -> Fact {
        Fact::Drawn { stroke: Stroke { page, points: vec![[1, 2]] } }
    }

    #[test]
    fn lines_stay_on_their_page_and_go_when_they_are_wiped_or_another_piece_is_shown() {
        let shown = || Fact::EvidenceShown { item: item("application/pdf"), page: 1 };
        let all = told(vec![
            (5, line(1)),
            (10, shown()),
            (20, line(1)),
            (30, Fact::PageTurned { page: 2 }),
            (40, line(2)),
            (50, Fact::PageTurned { page: 1 }),
            (60, Fact::DrawingCleared),
            (70, line(1)),
            (80, shown()),
            (90, Fact::EvidenceHidden),
        ]);
        let seen: Vec<_> = all
            .iter()
            .map(|(ms, of)| (*ms, of.as_ref().map(|of| (of.page, of.strokes.len()))))
            .collect();
        let page = |page, lines| Some((page, lines));
        assert_eq!(
            seen,
            [
                (10, page(1, 0)),
                (20, page(1, 1)),
                (30, page(2, 0)),
                (40, page(2, 1)),
                (50, page(1, 1)),
                (60, page(1, 0)),
                (70, page(1, 1)),
                (80, page(1, 0)),
                (90, None),
            ]
        );
        let first = all[0].1.as_ref().map(Exhibit::label);
        assert_eq!(first.as_deref(), Some("法院调取证据3　借条"));
    }

    #[test]
    fn a_video_stands_where_it_was_for_all() {
        let plays = |running, at_ms| Fact::EvidencePlayed { running, at_ms };
        let all = told(vec![
            (100, Fact::EvidenceShown { item: item("video/mp4"), page: 1 }),
            (1_000, plays(true, 500)),
            (2_000, line(1)),
            (3_000, plays(false, 2_400)),
        ]);
        let place = |at: usize, ms| all[at].1.as_ref().map(|of| of.place_ms(ms));
        assert_eq!(place(0, 900), Some(0));
        assert_eq!(place(1, 1_200), Some(700));
        assert_eq!(place(2, 2_500), Some(2_000), "a line does not begin it anew");
        assert_eq!(place(3, 9_000), Some(2_400));
    }
}
