//! What a thread does beside everything else.

#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Whoever takes in, asks or paints goes first. Only Linux can say so of one thread.
pub(crate) fn make_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        let thread = std::thread::current();
        tracing::warn!(%error, thread = thread.name(), "it goes on at the priority of everything else");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::getpriority_process;

    use super::*;

    #[test]
    fn a_thread_makes_way_and_nobody_else_does() {
        let before = getpriority_process(None).unwrap();
        let of_thread = std::thread::spawn(|| {
            make_way();
            getpriority_process(None).unwrap()
        });
        assert_eq!(of_thread.join().unwrap(), NICENESS);
        assert_eq!(getpriority_process(None).unwrap(), before);
    }
}
