//! What the lines of an offer are for when nobody declares it: encoders and plain viewers.
//!
//! What is not here: pages; they declare their lines.

use model::letters::OfferForm;
use model::{Line, LinePurpose, Medium, TrackKind};

use super::offer::{Media, Offer};

/// The lines of an offer and their purpose: as `declared` by a page; for an encoder the first sound
/// and the first picture it sends, for a viewer the first ones it receives. Other lines have none.
pub fn lines_of(offer: &Offer, form: OfferForm, declared: &[Line]) -> Vec<Line> {
    let first = |media: Media| {
        offer.lines.iter().find(|line| {
            let this_way = match form {
                OfferForm::Viewer => line.direction.receives(),
                OfferForm::Page | OfferForm::Encoder => line.direction.sends(),
            };
            line.media == media && line.usable && this_way
        })
    };
    let [sound, picture] = match form {
        OfferForm::Page => return declared.to_vec(),
        OfferForm::Encoder => {
            [TrackKind::Microphone, TrackKind::Camera].map(|kind| LinePurpose::Publish { kind })
        }
        OfferForm::Viewer => {
            [Medium::Sound, Medium::Picture].map(|medium| LinePurpose::Stage { medium })
        }
    };
    [(Media::Audio, sound), (Media::Video, picture)]
        .into_iter()
        .filter_map(|(media, purpose)| {
            first(media).map(|line| Line { mid: line.mid.clone(), purpose })
        })
        .collect()
}
