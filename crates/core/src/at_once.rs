//! The same work on many things, on all cores.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Lists that are shorter are not worth a thread.
const FEW: usize = 16;

/// Makes something of each; the results come in the order of what they were made of.
pub fn at_once<T: Sync, R: Send>(all: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(all.len());
    if threads < 2 || all.len() < FEW {
        return all.iter().map(make).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let taken = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < all.len()));
        taken.map(|at| (at, make(&all[at]))).collect::<Vec<_>>()
    };
    let mut made: Vec<(usize, R)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut made = work();
        made.extend(others.into_iter().flat_map(|other| joined(other.join())));
        made
    });
    made.sort_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, one)| one).collect()
}

/// Makes something of each, on up to so many threads; the results come in the order of what they were made of. After an error nothing more
/// is begun, and what was begun comes to its end.
///
/// # Errors
/// The first error, in that order.
pub fn up_to<T: Sync, R: Send, E: Send>(
    threads: usize,
    all: &[T],
    make: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    if threads < 2 || all.len() < 2 {
        return all.iter().map(make).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let taken = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < all.len()));
        let made = taken.map(|at| (at, make(&all[at]).inspect_err(|_| next.store(all.len(), Ordering::Relaxed))));
        made.collect::<Vec<_>>()
    };
    let mut made: Vec<(usize, Result<R, E>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(all.len())).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| joined(worker.join())).collect()
    });
    made.sort_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, one)| one).collect()
}

/// Makes two things at once.
pub fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        (one(), joined(other.join()))
    })
}

fn joined<R>(result: std::thread::Result<R>) -> R {
    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_their_things() {
        for number in [0, 1, FEW - 1, FEW, 1000] {
            let all: Vec<usize> = (0..number).collect();
            assert_eq!(at_once(&all, |one| one * 2), all.iter().map(|one| one * 2).collect::<Vec<_>>());
        }
        let halves = |one: &usize| if one.is_multiple_of(2) { Ok(one / 2) } else { Err(*one) };
        assert_eq!(up_to(3, &[0, 2, 4, 6, 8], halves), Ok(vec![0, 1, 2, 3, 4]));
        assert_eq!(up_to(3, &[0, 3, 4, 5, 8], halves), Err(3));
        assert_eq!((up_to(1, &[5], halves), up_to(4, &[], halves)), (Err(5), Ok(vec![])));
        assert_eq!(both(|| 1, || "two"), (1, "two"));
    }
}
