//! The one integration test binary: each module holds one kind of test (`docs/testing.md`).

mod tidy;
