//! Plans of bad peers: whoever does what no browser does harms nobody else.
//! What is not here: lines that are bad by themselves.

use super::super::measure::Figures;
use super::super::measure::Measure::Asked;
use super::super::vice::Bad;
use super::super::{Deed, Plan};

/// One bad peer among four; only pairs with it may suffer.
pub(super) fn plans() -> Vec<Plan> {
    let bad = |name, about, bad| {
        Plan::new(name, about)
            .seconds(8)
            .at(1_500, Deed::Bad(3, Some(bad)))
            .at(6_000, Deed::Bad(3, None))
            .hurts(&[3], Figures::FREE)
    };
    vec![
        bad("keyframe_storm", "500 keyframe requests a second for every line", Bad::KeyframeStorm),
        bad("nack_flood", "asks for everything again, without end", Bad::NackFlood),
        bad("absurd_reports", "everything is lost, says the defendant", Bad::AbsurdReports),
        bad("absurd_remb", "one bit a second, and all the world", Bad::AbsurdRemb),
        bad("absurd_transport", "feedback on packets nobody sent", Bad::AbsurdTransport),
        bad("absurd_sender", "sender reports out of all times, and goodbyes", Bad::AbsurdSender),
        bad("deaf", "stops reading and reporting", Bad::Deaf),
        bad("noise", "bytes by chance", Bad::Noise),
        bad("ten_times", "ten times its bitrate", Bad::TenTimes),
        // A source that starts anew is asked for a keyframe at once: its own harm.
        bad("sequence_jumps", "sequence numbers jump, near and far", Bad::SequenceJumps)
            .bounds(|calm| calm.most(Asked, 4)),
        bad("time_jumps", "timestamps jump", Bad::TimeJumps).bounds(|calm| calm.most(Asked, 4)),
        bad("collisions", "sends under other people's SSRCs", Bad::Collisions),
        bad("rid_changes", "a new rid and SSRC with every beat", Bad::RidChanges),
        bad("over_mtu", "packets of 9,000 bytes", Bad::OverMtu),
        bad("replay", "everything is sent again", Bad::Replay),
    ]
}
