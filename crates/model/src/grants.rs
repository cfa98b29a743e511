//! The one table that says who may publish, who may receive whom, and what is on the record.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::ParticipantId;
use crate::track::TrackId;

/// Every line of who may do what with media, computed by `hearing` alone.
///
/// The router and the recorder reconcile to it: what is not in the table does not happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Rises by one with each change; an older table never replaces a newer one.
    pub epoch: u64,
    /// Tracks whose packets are accepted at all. Packets of other tracks are dropped on arrival.
    pub publish: BTreeSet<TrackId>,
    /// Subscriber to the tracks that reach them.
    pub receive: BTreeMap<ParticipantId, BTreeSet<TrackId>>,
    /// Tracks that are on the record.
    pub record: BTreeSet<TrackId>,
    /// Who leads or judges, and sign interpreters: after who speaks, their pictures come first where
    /// a line is thin.
    pub bench: BTreeSet<ParticipantId>,
}

impl Grants {
    /// Whether `subscriber` receives `track`.
    pub fn reaches(&self, track: TrackId, subscriber: ParticipantId) -> bool {
        self.publish.contains(&track)
            && self.receive.get(&subscriber).is_some_and(|tracks| tracks.contains(&track))
    }
}
