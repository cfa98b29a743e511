//! Plans of layers, tiles, thin lines and repairs: what is sent when not everything can be.
//! What is not here: lines that carry everything.

use model::Codec;

use super::super::measure::Figures;
use super::super::measure::Measure::{Back, FirstPicture, FirstSound, Freeze, Freezes, Gap, Lost};
use super::super::path::Path;
use super::super::vice::Bad;
use super::super::{Deed, Plan};

/// Cameras send three layers, pictures are repaired apart, and pages tell what arrives.
pub(super) fn plans() -> Vec<Plan> {
    tiles().into_iter().chain(thin()).chain(repairs()).collect()
}

/// Until the estimate of a line has risen, the least important pictures stand still on it.
const RISING: Figures = Figures::CALM.most(Freeze, 1_200).most(Freezes, 2);

fn layered(name: &'static str, about: &'static str) -> Plan {
    Plan::new(name, about).bounds(|_| RISING).ways(|ways| {
        (ways.layers, ways.repair, ways.kbps) = (true, true, 600);
        (ways.transport, ways.redundant) = (true, true);
    })
}

fn tiles() -> Vec<Plan> {
    vec![
        layered("layers", "every picture at full size"),
        layered("layers_h264", "every picture at full size, H.264")
            .ways(|ways| ways.codec = Codec::H264),
        layered("tile_grows", "a small tile is made large: no freeze at the switch")
            .at(1_000, Deed::Tiles(2, &[(320, 180), (320, 180), (320, 180)]))
            .at(5_000, Deed::Tiles(2, &[(1_280, 720), (320, 180), (320, 180)])),
        layered("tile_shrinks", "a large tile is made small")
            .at(1_000, Deed::Tiles(2, &[(1_280, 720), (320, 180), (320, 180)]))
            .at(5_000, Deed::Tiles(2, &[(320, 180), (320, 180), (320, 180)])),
        layered("tiles_hidden", "the page shows nothing for 3 s")
            .at(3_000, Deed::Tiles(2, &[]))
            .at(6_000, Deed::Tiles(2, &[(640, 360), (640, 360), (640, 360)])),
        layered("tiles_restless", "tiles change four times a second")
            .at(3_000, Deed::Tiles(2, &[(320, 180), (1_280, 720)]))
            .at(3_250, Deed::Tiles(2, &[(1_280, 720), (320, 180)]))
            .at(3_500, Deed::Tiles(2, &[(320, 180), (1_280, 720)]))
            .at(3_750, Deed::Tiles(2, &[(1_280, 720), (320, 180)]))
            .at(4_000, Deed::Tiles(2, &[(640, 360), (640, 360), (640, 360)])),
        // Until it is seen that a layer is dead, pictures of it stand still.
        layered("layer_dies", "the judge's browser stops the best layers, and resumes")
            .at(4_000, Deed::TopLayer(1, 0))
            .at(7_000, Deed::TopLayer(1, 2))
            .hurts(&[1], RISING.most(Freezes, 6)),
    ]
}

fn thin() -> Vec<Plan> {
    let narrow = |kbps| Path::HOME.narrow(kbps, 300);
    // Sound is whole from the first word; pictures as far as there is room.
    let whole = Figures::FREE.most(Gap, 200).most(Lost, 5).most(FirstSound, 500).most(Back, 500);
    vec![
        layered("thin_line", "300 kbit/s to the defendant: nobody else notices")
            .line(3, Path::HOME, narrow(300))
            .hurts(&[3], whole),
        layered("line_drops", "3 Mbit/s, 400 kbit/s, 3 Mbit/s: nobody else notices")
            .line(3, Path::HOME, narrow(3_000))
            .at(3_000, Deed::Line(3, Path::HOME, narrow(400)))
            .at(7_000, Deed::Line(3, Path::HOME, narrow(3_000)))
            .hurts(&[3], Figures::FREE),
        layered("transport_lies", "absurd feedback where feedback counts")
            .at(2_000, Deed::Bad(3, Some(Bad::AbsurdTransport)))
            .at(7_000, Deed::Bad(3, None))
            .hurts(&[3], Figures::FREE),
        layered("repair_reconnect", "a new connection beside the old one, with layers")
            .at(4_000, Deed::Reconnect(2)),
        layered("layers_deaf", "stops reading and reporting, with layers")
            .at(2_000, Deed::Bad(3, Some(Bad::Deaf)))
            .at(7_000, Deed::Bad(3, None))
            .hurts(&[3], Figures::FREE),
    ]
}

/// Sound that is counted by transport-wide numbers is not sent again; it comes twice at most.
fn repairs() -> Vec<Plan> {
    let lossy = |name, about, loss| {
        layered(name, about).lines(Path::HOME.loss(loss)).bounds(|calm| calm.most(Gap, 200))
    };
    vec![
        lossy("repair_2", "one packet in fifty, repairs on their own sources", 20)
            .bounds(|some| some.most(Freezes, 8).most(Lost, 30).most(FirstPicture, 1_800)),
        lossy("repair_10", "one packet in ten, repairs on their own sources", 100)
            .bounds(|some| some.most(Freeze, 1_800).most(Freezes, 30).most(Lost, 90))
            .bounds(|some| some.most(FirstPicture, 1_800)),
        layered("repair_mobile", "telephones, with layers and repairs")
            .lines(Path::MOBILE)
            .bounds(|rising| rising.most(Freezes, 25).most(Lost, 35).most(FirstPicture, 1_800)),
    ]
}
