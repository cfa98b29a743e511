//! Makes `web/dist` with a page that says how to build the real one, when it is missing.
//!
//! What is not here: building the page itself; that needs Node and is done by hand or in CI.

use std::fs;
use std::io;
use std::path::Path;

const PLACEHOLDER: &str = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Assize</title>\n\
<p>The page is not built into this binary. Run <code>npm ci &amp;&amp; npm run build</code> in \
<code>web/</code>, then build Assize again.</p>\n";

fn main() -> io::Result<()> {
    let dist = Path::new("../web/dist");
    println!("cargo::rerun-if-changed=../web/dist");
    if dist.join("index.html").exists() {
        return Ok(());
    }
    fs::create_dir_all(dist)?;
    fs::write(dist.join("index.html"), PLACEHOLDER)
}
