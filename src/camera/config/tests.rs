//! What is believed, refused and never repeated of a file of cameras.
//! What is not here: cameras.

use super::*;

const GOOD: &str = r#"
[[camera]]
rtsp = "rtsp://viewer:p%40ss%2Fw%C3%B6rd@198.51.100.7:554/Streaming/Channels/101?x=1"
whip = "https://court:8443/whip/7"
code = "12345678"
trust_any = true

[[camera]]
rtsp = "rtsp://[2001:db8::7]/live"
user = "viewer"
password = "p@ss/#?"
transport = "udp"
whip = "https://court/whip/8"
code = "87654321"
trust = "/etc/assize/court.pem"
"#;

#[test]
fn a_file_of_two_cameras_is_read() {
    let cameras = parse(GOOD).unwrap();
    let [first, second] = cameras.as_slice() else { panic!("two cameras") };
    assert_eq!(first.number, 1);
    assert_eq!(
        first.rtsp.reveal().as_str(),
        "rtsp://198.51.100.7:554/Streaming/Channels/101?x=1",
        "the password does not stay in the address"
    );
    let login = first.login.as_ref().map(|login| login.reveal().clone());
    assert_eq!(login, Some(("viewer".to_owned(), "p@ss/wörd".to_owned())));
    assert_eq!((first.transport, &first.trust), (Transport::Tcp, &Trust::Anybody));
    let login = second.login.as_ref().map(|login| login.reveal().clone());
    assert_eq!(login, Some(("viewer".to_owned(), "p@ss/#?".to_owned())));
    assert_eq!(second.transport, Transport::Udp);
    assert_eq!(second.trust, Trust::Authorities(PathBuf::from("/etc/assize/court.pem")));
}

#[test]
fn nothing_private_is_printed() {
    let printed = format!("{:?}", parse(GOOD).unwrap());
    for secret in ["198.51.100.7", "viewer", "p@ss", "12345678", "court:8443"] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
}

#[test]
fn what_is_wrong_is_said_without_repeating_it() {
    for (from, to, word) in [
        ("rtsp://viewer", "http://viewer", "rtsp://host"),
        ("rtsp://viewer", "//viewer", "rtsp is no address"),
        ("https://court:8443", "http://court:8443", "https address"),
        ("code = \"12345678\"", "code = \"a b\"", "join code"),
        ("trust_any = true", "trust_any = true\ntrust = \"x\"", "not both"),
        ("trust_any = true", "trust_every = true", "line"),
        ("p%40ss", "p%40ss\" \"", "line 3"),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD);
        let said = parse(&text).unwrap_err();
        assert!(said.contains(word), "{to}: {said}");
        assert!(!said.contains("p%40ss") && !said.contains("198.51"), "{said}");
        assert!(!said.is_ascii(), "{said} is said in Chinese too");
    }
    assert!(parse("").is_err() && parse("camera = []").is_err());
}

#[test]
fn percent_encoding_is_undone_where_it_is_right() {
    for (coded, plain) in [("a%20b", "a b"), ("100%", "100%"), ("%zz%4", "%zz%4"), ("%+1", "%+1")] {
        assert_eq!(decode(coded), plain);
    }
}
