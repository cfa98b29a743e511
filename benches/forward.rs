//! What forwarding one packet costs: time and allocations, with and without sealing.
//!
//! What is not here: sockets and the kernel.

fn main() {
    divan::main();
}
