//! How fast evidence is hashed: gigabytes a second on one core, for `bench/evidence`.

use std::time::Instant;

use allclear_core::digest::Hasher;

/// How much is hashed at once, as when a file is read.
const PIECE: usize = 64 << 10;
/// How many pieces: 1 GiB.
const PIECES: usize = 16 << 10;

#[allow(clippy::print_stdout, clippy::disallowed_methods)]
fn main() {
    let piece = vec![0x5a; PIECE];
    for _ in 0..5 {
        let (mut hasher, began) = (Hasher::default(), Instant::now());
        (0..PIECES).for_each(|_| hasher.update(&piece));
        let digest = hasher.finish();
        println!("{:.2} GB/s  {digest}", (PIECE * PIECES) as f64 / 1e9 / began.elapsed().as_secs_f64());
    }
}
