//! The little of session descriptions that WHIP and WHEP need: ICE credentials in an offer, and
//! fragments (RFC 8840) both ways.
//!
//! What is not here: everything else in a description; the sfu alone reads that.

/// Lines of a fragment that are looked at.
const LINES_MAX: usize = 256;

/// A fragment a device sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fragment {
    /// User name fragment and password, if it names both.
    pub(crate) credentials: Option<Credentials>,
}

/// ICE credentials of a device.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    ufrag: String,
    password: String,
}

impl core::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Credentials")
    }
}

/// Whether a text can be a session description at all (RFC 8866 §5.1).
pub(crate) fn is_description(text: &str) -> bool {
    text.starts_with("v=0\r\n") || text.starts_with("v=0\n")
}

/// The credentials of an offer.
pub(crate) fn credentials(text: &str) -> Option<Credentials> {
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let (ufrag, password) = (value("a=ice-ufrag:")?, value("a=ice-pwd:")?);
    Some(Credentials { ufrag: ufrag.to_owned(), password: password.to_owned() })
}

impl Fragment {
    /// Reads a fragment; none when it is not one.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines().take(LINES_MAX + 1);
        let is_line = |line: &str| {
            line.is_empty()
                || (line.is_ascii() && (line.starts_with("a=") || line.starts_with("m=")))
        };
        let mut seen = 0;
        if !lines.all(|line| {
            seen += usize::from(!line.is_empty());
            is_line(line)
        }) || seen == 0
            || seen > LINES_MAX
        {
            return None;
        }
        let names = |name: &str| text.lines().any(|line| line.starts_with(name));
        let credentials = credentials(text).filter(Credentials::is_usable);
        // One without the other, or neither in an allowed form.
        if credentials.is_none() && (names("a=ice-ufrag:") || names("a=ice-pwd:")) {
            return None;
        }
        Some(Self { credentials })
    }

    /// The part of an answer that a device needs after an ICE restart (RFC 9725 §4.3.3).
    pub(crate) fn of_answer(answer: &str) -> String {
        const WANTED: [&str; 8] = [
            "a=ice-lite",
            "a=ice-options:",
            "a=group:BUNDLE",
            "a=mid:",
            "a=ice-ufrag:",
            "a=ice-pwd:",
            "a=candidate:",
            "a=end-of-candidates",
        ];
        let is_media = |line: &&str| line.starts_with("m=");
        let wanted = |line: &&str| WANTED.iter().any(|wanted| line.starts_with(wanted));
        let session = answer.lines().take_while(|line| !is_media(line)).filter(wanted);
        // A rejected line has port 0 and no transport; all others share the first one's.
        let mut media = answer
            .lines()
            .skip_while(|line| !is_media(line) || line.split(' ').nth(1) == Some("0"));
        let head = media.next();
        let rest = media.take_while(|line| !is_media(line)).filter(wanted);
        session.chain(head).chain(rest).flat_map(|line| [line, "\r\n"]).collect()
    }
}

impl Credentials {
    /// `ice-char` of RFC 8839 §5.4: what may be put into an offer without harm.
    fn is_usable(&self) -> bool {
        let fits = |text: &str, least: usize| {
            (least..=256).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
        };
        fits(&self.ufrag, 4) && fits(&self.password, 22)
    }

    /// The offer again, with these credentials: what an ICE restart would have offered.
    pub(crate) fn put_into(&self, offer: &str) -> String {
        let mut text = String::with_capacity(offer.len() + 64);
        for line in offer.lines() {
            if line.starts_with("a=ice-ufrag:") {
                text.push_str("a=ice-ufrag:");
                text.push_str(&self.ufrag);
            } else if line.starts_with("a=ice-pwd:") {
                text.push_str("a=ice-pwd:");
                text.push_str(&self.password);
            } else {
                text.push_str(line);
            }
            text.push_str("\r\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n";

    #[test]
    fn a_restart_is_the_offer_with_other_credentials() {
        let fragment = "a=ice-ufrag:WXYZ\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\nm=audio 9 RTP/AVP 0\r\n\
                        a=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
        let fresh = Fragment::read(fragment).unwrap().credentials.unwrap();
        assert!(Some(&fresh) != credentials(OFFER).as_ref());
        let again = fresh.put_into(OFFER);
        assert_eq!(again, "v=0\r\na=ice-ufrag:WXYZ\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n");
        assert!(Some(fresh) == credentials(&again));
    }

    #[test]
    fn what_is_no_fragment_is_refused() {
        for text in [
            "",
            "hello",
            "v=0\r\n",
            "a=ice-ufrag:WXYZ\r\n",
            "a=ice-ufrag:WXYZ\r\na=ice-pwd:short\r\n",
            "a=ice-ufrag:WX Z\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n",
        ] {
            assert_eq!(Fragment::read(text), None, "{text}");
        }
        assert_eq!(Fragment::read(&"a=x\r\n".repeat(1_000)), None);
        let trickled = "m=audio 9 RTP/AVP 0\r\na=mid:0\r\na=end-of-candidates\r\n";
        assert_eq!(Fragment::read(trickled), Some(Fragment::default()));
    }

    #[test]
    fn an_answer_is_cut_down_to_its_transport() {
        let answer = "v=0\r\na=group:BUNDLE 1 2\r\na=ice-lite\r\nm=audio 0 X 1\r\na=mid:0\r\n\
                      a=inactive\r\nm=audio 9 X 1\r\na=candidate:1\r\na=end-of-candidates\r\n\
                      a=ice-ufrag:u\r\na=ice-pwd:p\r\na=setup:passive\r\na=mid:1\r\n\
                      m=video 9 X 2\r\na=ice-ufrag:u\r\na=mid:2\r\n";
        assert_eq!(
            Fragment::of_answer(answer),
            "a=group:BUNDLE 1 2\r\na=ice-lite\r\nm=audio 9 X 1\r\na=candidate:1\r\n\
             a=end-of-candidates\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=mid:1\r\n"
        );
    }
}
