//! The page's files, built into the binary.
//!
//! What is not here: building them; see `build.rs` and `web/`.

#![expect(clippy::disallowed_types, reason = "the derive keeps its table of files in a OnceLock")]

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../web/dist"]
struct Files;

const PAGE: &str = "index.html";
/// The page that checks a record without a server; one file, also put into every package.
const VERIFIER: &str = "verify.html";
/// All that page may do: run what is in it. It asks no network for anything.
const VERIFIER_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src \
                               'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
/// Files below this folder have their digest in their name.
const NAMED_BY_DIGEST: &str = "assets/";

/// The page that checks a record without a server.
pub fn verifier_page() -> Vec<u8> {
    Files::get(VERIFIER).map(|file| file.data.into_owned()).unwrap_or_default()
}

/// Answers with a file; every path of the page's own router answers with the page.
pub(crate) fn answer(method: &Method, uri: &Uri, headers: &HeaderMap) -> Response<Body> {
    if method != Method::GET && method != Method::HEAD {
        return empty(StatusCode::METHOD_NOT_ALLOWED);
    }
    let path = uri.path().trim_start_matches('/');
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let name = if is_file { path } else { PAGE };
    match Files::get(name) {
        Some(file) => send(name, file, headers, method == Method::HEAD),
        None => empty(StatusCode::NOT_FOUND),
    }
}

fn send(name: &str, file: EmbeddedFile, headers: &HeaderMap, head: bool) -> Response<Body> {
    let digest: String =
        file.metadata.sha256_hash().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{digest}\"");
    let cache = if name.starts_with(NAMED_BY_DIGEST) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|known| known.trim() == tag));
    let built = Response::builder().header(ETAG, tag).header(CACHE_CONTROL, cache);
    let built = if known {
        built.status(StatusCode::NOT_MODIFIED).body(Body::empty())
    } else {
        let media = file.metadata.mimetype();
        let media = match media {
            "text/html" => "text/html; charset=utf-8",
            "text/javascript" => "text/javascript; charset=utf-8",
            other => other,
        };
        let length = file.data.len();
        let body = if head { Body::empty() } else { Body::from(file.data.into_owned()) };
        let built = if name == VERIFIER {
            built.header(CONTENT_SECURITY_POLICY, VERIFIER_POLICY)
        } else {
            built
        };
        built.header(CONTENT_TYPE, media).header("content-length", length).body(body)
    };
    built.expect("every header is a fixed or hexadecimal text")
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, headers: &HeaderMap) -> Response<Body> {
        answer(&Method::GET, &path.parse().unwrap(), headers)
    }

    #[test]
    fn the_page_answers_for_all_its_paths() {
        for path in ["/", "/join", "/hearing/3", "/index.html"] {
            let response = get(path, &HeaderMap::new());
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
            assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
        }
    }

    #[test]
    fn a_missing_file_is_not_the_page() {
        assert_eq!(get("/assets/none.js", &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
        assert_eq!(get("/../Cargo.toml", &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn an_unchanged_file_is_not_sent_again() {
        let tag = get("/", &HeaderMap::new()).headers()[ETAG].clone();
        let headers = HeaderMap::from_iter([(IF_NONE_MATCH, tag)]);
        assert_eq!(get("/", &headers).status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn files_are_only_read() {
        let response = answer(&Method::POST, &"/".parse().unwrap(), &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}
