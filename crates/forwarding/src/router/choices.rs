//! Out of one source that carries several sizes, each choice among them is a layer of the track.
//!
//! What is not here: the numbers of a choice (`spatial.rs`), and what becomes of a packet of a layer
//! (`router/passage.rs`).

use model::{Codec, Instant};

use super::Router;
use super::passage::Start;
use crate::cache::{Body, Facts};
use crate::codec;
use crate::dependency::Described;
use crate::outlet::Outlet;
use crate::spatial::Head;
use crate::track::Track;
use crate::vp9;

impl Router {
    /// Hands a numbered packet on: to its layer, or to each choice of layers it belongs to.
    #[expect(clippy::too_many_arguments, reason = "everything that is known of one packet")]
    pub(super) fn carry(
        &mut self,
        now: Instant,
        track: usize,
        place: usize,
        facts: &Facts,
        in_order: bool,
        body: Body<'_>,
        out: &mut impl Outlet,
    ) {
        let head = match facts.codec {
            Codec::Vp9 if place == 0 => vp9::Head::read(body.payload).map(|head| head.layered()),
            // Without descriptors there is one choice, the whole.
            Codec::Av1
                if place == 0 && (self.tracks[track].choices > 1 || !body.described.is_empty()) =>
            {
                described(&mut self.tracks[track], facts, body.described)
            }
            Codec::Opus | Codec::Vp8 | Codec::H264 | Codec::Vp9 | Codec::Av1 => {
                let starts = codec::can_start(facts.codec, body.payload);
                let start = Start { starts, opens: false };
                self.carry_layer(now, track, place, facts, start, in_order, body, out);
                return;
            }
        };
        self.carry_choices(now, track, facts, head, in_order, body, out);
    }

    #[expect(clippy::too_many_arguments, reason = "everything that is known of one packet")]
    fn carry_choices(
        &mut self,
        now: Instant,
        track: usize,
        facts: &Facts,
        head: Option<Head>,
        in_order: bool,
        body: Body<'_>,
        out: &mut impl Outlet,
    ) {
        if let Some(structure) = head.and_then(|head| head.structure) {
            let Self { tracks, generation, .. } = self;
            let before = tracks[track].choices;
            tracks[track].split(&structure, facts.sequence, generation);
            if tracks[track].choices != before {
                self.choose_layers_at(now, out);
            }
        }
        // What cannot be read goes with the whole alone.
        let spatial = head.map_or(usize::MAX, |head| head.spatial);
        let choices = self.tracks[track].choices;
        let start = Start {
            starts: head.is_some_and(|head| head.starts),
            opens: in_order && head.is_some_and(|head| head.opens),
        };
        // The best first, so that the tape goes over to it with this packet and not after it.
        for place in (0..choices).rev() {
            let through = place + 1 == choices || spatial <= place;
            let layer = &mut self.tracks[track].layers[place];
            let sequence = match &mut layer.sieve {
                None => facts.sequence,
                Some(sieve) => match sieve.number(facts.sequence, through) {
                    None => continue,
                    Some(number) => number,
                },
            };
            if layer.cache.is_released() {
                layer.cache.reset(false);
            }
            if let Some(feed) = layer.feed.as_mut().filter(|feed| feed.shadow) {
                // The source is there; the layer is when something of its own comes.
                feed.last_at = if spatial == place { now } else { feed.last_at };
            }
            let closes = head.is_some_and(|head| head.ends) && spatial == place;
            let facts = Facts { sequence, marker: facts.marker || closes, ..*facts };
            let (start, body) =
                if through { (start, body) } else { (Start::default(), Body::default()) };
            self.carry_layer(now, track, place, &facts, start, in_order, body, out);
        }
    }
}

/// What the descriptor of a packet says; none where there is none, as with padding. One whose template
/// is not known yet goes with every choice: what brings the template may be under way, and the packet be
/// of its keyframe.
fn described(track: &mut Track, facts: &Facts, value: &[u8]) -> Option<Head> {
    if value.is_empty() {
        return None;
    }
    let known = track.templates.as_ref().map(|(_, templates)| templates);
    let Ok(read) = Described::read(value, known) else { return Some(Head::default()) };
    let newest = track.templates.as_ref().is_none_or(|(since, _)| facts.sequence >= *since);
    if let Some(templates) = read.templates.filter(|_| newest) {
        track.templates = Some((facts.sequence, templates));
    }
    let structure = read.templates.filter(|_| read.is_key()).map(|templates| templates.structure());
    Some(Head {
        spatial: usize::from(read.spatial),
        starts: read.is_key(),
        opens: read.begins && read.spatial == 0,
        ends: read.ends,
        structure,
    })
}
