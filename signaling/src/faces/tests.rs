//! A false service of every kind: one that answers, and those that do not.
//! What is not here: who may ask it; see `http/tests/faces.rs`.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;

fn face() -> Face {
    Face {
        hearing: HearingId(1),
        participant: ParticipantId(3),
        name: "张三".into(),
        document_number: "42120019800101000X".into(),
        picture: "AAAA".into(),
    }
}

/// A service that reads one request and answers with these bytes; what it read.
async fn service(answer: &'static [u8]) -> (HttpFaces, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/compare", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        let mut buffer = [0; 4_096];
        while !String::from_utf8_lossy(&read).contains("\"picture\":\"AAAA\"}") {
            let count = stream.read(&mut buffer).await.unwrap();
            assert!(count > 0, "the request is whole");
            read.extend_from_slice(&buffer[..count]);
        }
        if answer.is_empty() {
            // Says nothing until the asker has had enough.
            assert_eq!(stream.read(&mut buffer).await.unwrap_or(0), 0);
        } else if let Err(fault) = stream.write_all(answer).await {
            assert_eq!(fault.kind(), std::io::ErrorKind::BrokenPipe);
        }
        String::from_utf8(read).unwrap()
    });
    (HttpFaces::new(url, "secret".into()), served)
}

#[tokio::test]
async fn a_face_is_posted_signed_and_answered() {
    let body = r#"{"likeness":"same","score":912,"reference":"F-17","photo":"x"}"#;
    let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let (faces, served) = service(Box::leak(text.into_bytes().into_boxed_slice())).await;
    let answer = faces.compare(&face(), Timestamp(5)).await.unwrap();
    let expected =
        Comparison { likeness: Likeness::Same, score: Some(912), reference: "F-17".to_owned() };
    assert_eq!(answer, expected);
    let read = served.await.unwrap();
    let (head, sent) = read.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /compare HTTP/1.1"));
    assert!(head.contains("x-assize-time: 5"));
    let signed = format!("x-assize-signature: {}", signature("secret", Timestamp(5), sent));
    assert!(head.contains(&signed), "{head}");
}

#[tokio::test]
async fn what_cannot_be_understood_is_a_fault() {
    for answer in [
        &b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        b"nonsense\r\n\r\n",
    ] {
        let (faces, served) = service(answer).await;
        assert!(faces.compare(&face(), Timestamp(5)).await.is_err());
        served.await.unwrap();
    }
    let none = HttpFaces::new("http://127.0.0.1:1/".to_owned(), "s".into());
    assert!(matches!(
        none.compare(&face(), Timestamp(5)).await,
        Err(FaceFault::Outbound(OutboundFault::Connect(_)))
    ));
    let odd = HttpFaces::new("ftp://h/".to_owned(), "s".into());
    assert!(matches!(
        odd.compare(&face(), Timestamp(5)).await,
        Err(FaceFault::Outbound(OutboundFault::Address))
    ));
}

#[tokio::test]
async fn a_silent_service_is_waited_for_so_long() {
    let (mut faces, served) = service(b"").await;
    faces.wait = Duration::from_secs(1);
    let answer = faces.compare(&face(), Timestamp(5)).await;
    assert!(matches!(answer, Err(FaceFault::Late)), "{answer:?}");
    served.await.unwrap();
}

#[test]
fn answers_keep_their_bounds() {
    let answer = |score: u32, reference: &str| {
        read(
            format!(r#"{{"likeness":"unclear","score":{score},"reference":"{reference}"}}"#)
                .as_bytes(),
        )
    };
    assert!(answer(1_000, "a").is_ok());
    assert!(answer(1_001, "a").is_err());
    assert!(answer(5, " ").is_err());
    assert!(answer(5, &"x".repeat(REFERENCE_CHARS_MAX + 1)).is_err());
    let without = read(br#"{"likeness":"different","reference":"R"}"#).unwrap();
    assert_eq!((without.likeness, without.score), (Likeness::Different, None));
}
