//! Simulcast in an offer: the layers a page can send (RFC 8853) and what it says of each (RFC 8851).
//!
//! What is not here: which of them are taken (`terms.rs`).

use model::limits;

/// Layers and `a=rid` lines looked at per line; what is beyond is not read.
const READ_MAX: usize = 16;
/// Restrictions this end can keep by passing them on (RFC 8851 §5).
const KNOWN: [&str; 7] =
    ["max-width", "max-height", "max-fps", "max-fs", "max-br", "max-pps", "max-bpp"];

/// One layer of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferLayer {
    /// Its name.
    pub rid: String,
    /// Whether the page begins without it.
    pub paused: bool,
    /// Payload types it may have; empty when all of the line's.
    pub payloads: Vec<u8>,
    /// Other restrictions, as offered.
    pub restrictions: Vec<String>,
}

/// Reads the layers of one line: `a=simulcast:send q;h;f` and the `a=rid:q send` lines. Of
/// alternatives the first that can be used is taken.
pub(super) fn read_layers<'a, I>(values: &impl Fn(&'static str) -> I) -> Vec<OfferLayer>
where
    I: Iterator<Item = &'a str>,
{
    let Some(simulcast) = values("simulcast").next() else { return Vec::new() };
    let mut words = simulcast.split_ascii_whitespace();
    // Both directions may be named, in any order.
    let mut sent = None;
    while let (Some(direction), Some(list)) = (words.next(), words.next()) {
        if direction == "send" {
            sent = Some(list);
        }
    }
    let known: Vec<OfferLayer> = values("rid").take(READ_MAX).filter_map(read_rid).collect();
    let mut layers: Vec<OfferLayer> = Vec::new();
    for stream in sent.unwrap_or_default().split(';').take(READ_MAX) {
        let found = stream.split(',').take(READ_MAX).find_map(|one| {
            let (paused, name) = match one.strip_prefix('~') {
                Some(name) => (true, name),
                None => (false, one),
            };
            let layer = known.iter().find(|layer| layer.rid == name)?;
            let twice = layers.iter().any(|taken| taken.rid == name);
            (!twice).then(|| OfferLayer { paused, ..layer.clone() })
        });
        layers.extend(found);
    }
    layers
}

/// `q send pt=96;max-width=320`. A layer with a restriction this end does not know is not taken.
fn read_rid(value: &str) -> Option<OfferLayer> {
    let mut words = value.split_ascii_whitespace();
    let (rid, direction) = (words.next()?, words.next()?);
    let fits = (1..=limits::MID_CHARS_MAX).contains(&rid.len())
        && rid.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !fits || direction != "send" {
        return None;
    }
    let mut layer = OfferLayer {
        rid: rid.to_owned(),
        paused: false,
        payloads: Vec::new(),
        restrictions: Vec::new(),
    };
    for restriction in words.next().into_iter().flat_map(|text| text.split(';')).take(READ_MAX) {
        let (name, value) = restriction.split_once('=')?;
        if name == "pt" {
            layer.payloads = value.split(',').filter_map(|number| number.parse().ok()).collect();
            layer.payloads.truncate(READ_MAX);
        } else if KNOWN.contains(&name)
            && !value.is_empty()
            && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        {
            layer.restrictions.push(restriction.to_owned());
        } else {
            return None;
        }
    }
    Some(layer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(simulcast: &str, rids: &[&str]) -> Vec<String> {
        let values = |key| {
            let lines = if key == "simulcast" { vec![simulcast] } else { rids.to_vec() };
            lines.into_iter()
        };
        let shown = |layer: OfferLayer| {
            let paused = if layer.paused { "~" } else { "" };
            format!("{paused}{} {:?} {:?}", layer.rid, layer.payloads, layer.restrictions)
        };
        read_layers(&values).into_iter().map(shown).collect()
    }

    #[test]
    fn layers_stand_in_the_order_of_the_page() {
        let rids = ["q send", "h send pt=96,97;max-width=640", "f send"];
        assert_eq!(
            read("send q;h;f", &rids),
            ["q [] []", r#"h [96, 97] ["max-width=640"]"#, "f [] []"]
        );
        assert_eq!(read("recv x send ~q;f", &rids), ["~q [] []", "f [] []"]);
        assert_eq!(read("send x,h;~f,q", &rids)[1], "~f [] []", "the first usable alternative");
    }

    #[test]
    fn what_cannot_be_used_is_left_out() {
        assert!(read("recv q", &["q send"]).is_empty());
        assert!(read("send", &["q send"]).is_empty());
        assert!(read("send q", &[]).is_empty(), "no a=rid line");
        assert!(read("send q", &["q recv"]).is_empty());
        assert!(read("send q", &["q send depend=f"]).is_empty(), "an unknown restriction");
        assert!(read("send q", &["q send max-width=1;max-fps=x"]).is_empty());
        assert!(read("send seventeen-letters", &["seventeen-letters send"]).is_empty());
        assert_eq!(read("send q;q", &["q send"]).len(), 1, "named twice");
    }
}
