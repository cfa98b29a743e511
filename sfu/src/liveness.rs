//! Which connections are lost, superseded, or in need of another path.
//!
//! What is not here: how a connection ends (`thread.rs`) and how it changes its path
//! (`packets.rs`).

use std::collections::BTreeMap;
use std::time::Duration;

use forwarding::LegId;
use model::letters::Notice;
use model::stage::LinkCause;
use model::{HearingId, Now, ParticipantId, limits};

use crate::thread::MediaThread;

/// An old connection stays at most this long beside a new one that is connected and silent.
const OVERLAP_MAX: Duration = Duration::from_secs(20);
/// A page whose media is silent while its checks come is asked for another path at most this often.
const SILENT_AGAIN: Duration = Duration::from_secs(10);

impl MediaThread {
    /// Ends connections that are lost, and old ones whose successor carries media.
    pub(crate) fn sweep(&mut self, now: Now) {
        let mut ready: BTreeMap<(HearingId, ParticipantId), u32> = BTreeMap::new();
        for one in self.legs.iter() {
            let settled = one
                .connected_at
                .is_some_and(|at| one.carries || now.instant.since(at) >= OVERLAP_MAX);
            if settled {
                let newest = ready.entry((one.hearing, one.participant)).or_insert(one.number);
                *newest = one.number.max(*newest);
            }
        }
        let mut ended: Vec<(LegId, Option<LinkCause>)> = Vec::new();
        for one in self.legs.iter() {
            if one.is_lost(now.instant) {
                ended.push((one.leg, Some(LinkCause::MediaSilent)));
            } else if ready
                .get(&(one.hearing, one.participant))
                .is_some_and(|newest| *newest > one.number)
            {
                ended.push((one.leg, None));
            }
        }
        for (leg, cause) in ended {
            self.end(leg, now, cause);
        }
    }

    /// Asks pages that are not heard of to restart ICE, while the old path goes on as it can.
    pub(crate) fn falter(&mut self, now: Now) {
        let mut newest: BTreeMap<(HearingId, ParticipantId), u32> = BTreeMap::new();
        for one in self.legs.iter() {
            let number = newest.entry((one.hearing, one.participant)).or_default();
            *number = one.number.max(*number);
        }
        for one in self.legs.iter_mut() {
            let is_newest = newest.get(&(one.hearing, one.participant)) == Some(&one.number);
            if one.connected_at.is_none() || !is_newest {
                continue;
            }
            let asked = now.instant.since(one.faltered_at);
            let wait = one.falter_wait(now.instant);
            let unheard = now.instant.since(one.heard_at) >= wait;
            let again = asked >= limits::FALTER_WAIT;
            if (unheard && again) || (one.silenced && asked >= SILENT_AGAIN) {
                one.faltered_at = now.instant;
                one.silenced = false;
                let (hearing, participant) = (one.hearing, one.participant);
                tracing::debug!(%hearing, %participant, unheard, "a connection falters");
                self.notices.push(Notice::Faltering { hearing, participant });
            }
        }
    }
}
