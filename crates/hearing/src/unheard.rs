//! Tracks that ought to be heard or seen and are not: switched on, granted, connected, and silent.
//! What is not here: why; a muted microphone and a broken one look alike from far away.

use std::collections::BTreeSet;

use model::{Instant, ParticipantId, TrackId, TrackKind, limits};

use crate::Hearing;
use crate::turn::Turn;

impl Hearing {
    /// Notes what ought to arrive by now and what does not; people see what changed.
    ///
    /// Packets that stopped are missed at once, because [`model::letters::Notice::TrackSilent`]
    /// comes only after `limits::TRACK_SILENT` without any.
    pub(crate) fn look_for_unheard(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now.instant;
        let live = &mut self.live;
        let grants = &self.grants;
        let expected: BTreeSet<TrackId> = live
            .links
            .iter()
            .filter(|(_, link)| link.online && link.media)
            .flat_map(|(who, link)| link.devices.iter().map(|kind| TrackId::new(*who, *kind)))
            .filter(|track| grants.publish.contains(track))
            .collect();
        live.expected.retain(|track, _| expected.contains(track));
        for track in expected {
            live.expected.entry(track).or_insert(now);
        }
        let unheard: BTreeSet<TrackId> = live
            .expected
            .iter()
            .filter(|(track, since)| !live.tracks.contains(track) && missed_at(**since) <= now)
            .map(|(track, _)| *track)
            .collect();
        turn.views |= unheard != live.unheard;
        live.unheard = unheard;
    }

    /// When the next track that does not arrive will be missed.
    pub(crate) fn next_missed(&self) -> Option<Instant> {
        let live = &self.live;
        live.expected
            .iter()
            .filter(|(track, _)| !live.tracks.contains(track) && !live.unheard.contains(track))
            .map(|(_, since)| missed_at(*since))
            .min()
    }

    /// Which kinds of somebody are missed.
    pub fn unheard_of(&self, who: ParticipantId) -> Vec<TrackKind> {
        let tracks = self.live.unheard.iter().filter(|track| track.participant == who);
        tracks.map(|track| track.kind).collect()
    }
}

fn missed_at(since: Instant) -> Instant {
    since.plus(limits::UNHEARD_WAIT)
}
