//! Plain counters of a router, read by the shell for its metrics.
//!
//! What is not here: names, labels and registries of metrics; those belong to the shell.

/// Why a packet went no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropReason {
    /// Not RTP, or a header that runs past the packet's end.
    Malformed,
    /// The leg is not known (any more).
    NoLeg,
    /// Neither SSRC, `mid` nor payload type leads to a line of the leg.
    NoLine,
    /// The payload type is not one of the line's.
    WrongPayloadType,
    /// More SSRCs on one leg than are kept.
    TooManySources,
    /// The grants do not let this track in.
    NotGranted,
    /// The leg was replaced by a newer connection of the same person.
    Replaced,
    /// The same packet came before.
    Duplicate,
    /// Too old to be given a number.
    TooOld,
    /// Padding and nothing else.
    Empty,
    /// For one subscriber: a picture cannot start before its next keyframe.
    AwaitsKeyframe,
    /// For one subscriber: another layer goes out until this one brings a keyframe.
    OtherLayer,
    /// For one subscriber: from before the slot changed hands.
    BeforeSwitch,
    /// For one subscriber: the page does not take the track's codec.
    CodecNotTaken,
}

impl DropReason {
    /// Every reason.
    pub const ALL: [Self; 14] = [
        Self::Malformed,
        Self::NoLeg,
        Self::NoLine,
        Self::WrongPayloadType,
        Self::TooManySources,
        Self::NotGranted,
        Self::Replaced,
        Self::Duplicate,
        Self::TooOld,
        Self::Empty,
        Self::AwaitsKeyframe,
        Self::OtherLayer,
        Self::BeforeSwitch,
        Self::CodecNotTaken,
    ];

    /// Those before a packet is taken in; the others are of one subscriber.
    const ON_THE_WAY_IN: [Self; 10] = [
        Self::Malformed,
        Self::NoLeg,
        Self::NoLine,
        Self::WrongPayloadType,
        Self::TooManySources,
        Self::NotGranted,
        Self::Replaced,
        Self::Duplicate,
        Self::TooOld,
        Self::Empty,
    ];

    /// The short name used in metrics labels.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NoLeg => "no_leg",
            Self::NoLine => "no_line",
            Self::WrongPayloadType => "wrong_payload_type",
            Self::TooManySources => "too_many_sources",
            Self::NotGranted => "not_granted",
            Self::Replaced => "replaced",
            Self::Duplicate => "duplicate",
            Self::TooOld => "too_old",
            Self::Empty => "empty",
            Self::AwaitsKeyframe => "awaits_keyframe",
            Self::OtherLayer => "other_layer",
            Self::BeforeSwitch => "before_switch",
            Self::CodecNotTaken => "codec_not_taken",
        }
    }
}

/// Counters since the router was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RouterFigures {
    /// RTP packets that came in.
    pub packets_in: u64,
    /// RTP packets sent to subscribers for the first time.
    pub packets_out: u64,
    /// RTP packets sent to subscribers again.
    pub packets_resent: u64,
    /// Of these, sent as repairs (RFC 4588).
    pub repairs_out: u64,
    /// Packets of publishers that came as repairs (RFC 4588) and were missing.
    pub repairs_in: u64,
    /// Packets handed to the recorder.
    pub packets_taped: u64,
    /// Picture packets that waited for their turn to leave.
    pub packets_paced: u64,
    /// Packets sent again to fill probes.
    pub probes_out: u64,
    /// Payload bytes that came in.
    pub bytes_in: u64,
    /// Payload bytes sent to subscribers, repeats included.
    pub bytes_out: u64,
    /// Packets asked for by subscribers.
    pub nacks_in: u64,
    /// Packets asked for by subscribers that could not be sent again: too old or too often.
    pub nacks_unanswered: u64,
    /// Packets asked of publishers.
    pub nacks_out: u64,
    /// Packets of publishers given up as lost.
    pub packets_lost: u64,
    /// Keyframe requests that came from subscribers.
    pub keyframe_requests_in: u64,
    /// Keyframe requests sent to publishers.
    pub keyframe_requests_out: u64,
    /// Keyframes that came in.
    pub keyframes_in: u64,
    /// Changes of a line from one layer to another of the same track.
    pub layer_switches: u64,
    /// Lines that were frozen for want of bandwidth.
    pub lines_frozen: u64,
    /// Missing sound filled from what a later packet repeated (RFC 2198).
    pub red_fills: u64,
    /// RTCP compounds that came in.
    pub rtcp_in: u64,
    /// RTCP compounds that were broken, in part or whole.
    pub rtcp_malformed: u64,
    /// Compounds sent.
    pub rtcp_out: u64,
    dropped: [u64; DropReason::ALL.len()],
}

impl RouterFigures {
    /// Packets dropped for one reason.
    pub const fn dropped(&self, why: DropReason) -> u64 {
        self.dropped[why as usize]
    }

    /// Packets dropped before they were taken in.
    pub fn dropped_in(&self) -> u64 {
        DropReason::ON_THE_WAY_IN.iter().map(|why| self.dropped(*why)).sum()
    }

    pub(crate) const fn drop_one(&mut self, why: DropReason) {
        self.dropped[why as usize] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_own_place_and_name() {
        for (place, why) in DropReason::ALL.into_iter().enumerate() {
            assert_eq!(why as usize, place);
            assert_eq!(DropReason::ALL.iter().filter(|one| one.name() == why.name()).count(), 1);
        }
        let mut figures = RouterFigures::default();
        figures.drop_one(DropReason::TooOld);
        assert_eq!(figures.dropped(DropReason::TooOld), 1);
        assert_eq!(figures.dropped(DropReason::Empty), 0);
        figures.drop_one(DropReason::OtherLayer);
        assert_eq!(figures.dropped_in(), 1, "what one subscriber does not get was taken in");
    }
}
