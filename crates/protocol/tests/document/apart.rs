//! Examples of what the court alone is told.

use model::deliberation::{DeliberationSignature, Dissent};
use model::{Comparison, DeliberationView, Likeness, ParticipantId};

use crate::{AT, WHO, private};

pub(crate) fn deliberation() -> DeliberationView {
    DeliberationView {
        version: 3,
        text: private("……"),
        conclusion: private("支持原告的诉讼请求"),
        dissents: vec![Dissent { who: WHO, text: private("……") }],
        signers: vec![ParticipantId(1), WHO],
        signed: vec![DeliberationSignature { who: WHO, at: AT, name: private("张三") }],
    }
}

pub(crate) fn comparison() -> Comparison {
    Comparison { likeness: Likeness::Same, score: Some(912), reference: "F-20260302-17".to_owned() }
}
