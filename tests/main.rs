//! The one integration-test binary: what holds for the whole house.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says no by panicking")]

mod architecture;
mod cli;
mod docs;
mod fonts;
mod licences;
