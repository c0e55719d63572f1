//! What every process has one of its own of.

use std::fmt;

use once_cell::race::OnceBox;

use crate::own_process::OwnProcess;

/// A value that each process makes for itself: a forked one finds that of its parent and leaves it alone.
///
/// There is no lock in it. One that another thread held at the fork would stay closed in the child for ever,
/// for the thread is not there to open it. So a child hangs its own value on the chain that it has a copy of,
/// and where two of its threads do so at once, the value of the slower one is dropped.
pub struct EachProcess<T> {
    own: OwnProcess<T>,
    /// That of a forked process.
    forked: OnceBox<Self>,
}

impl<T> EachProcess<T> {
    /// A value of this process.
    pub fn new(value: T) -> Self {
        Self { own: OwnProcess::new(value), forked: OnceBox::new() }
    }

    /// The value of this process, which is made where a fork has left it without one.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn get_or_make<E>(&self, make: impl Fn() -> Result<T, E>) -> Result<&T, E> {
        let mut link = self;
        loop {
            if let Some(value) = link.own.get() {
                return Ok(value);
            }
            link = link.forked.get_or_try_init(|| make().map(|value| Box::new(Self::new(value))))?;
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for EachProcess<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EachProcess").field("own", &self.own).field("forked", &self.forked.get()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Mutex;
    use std::thread;

    use super::*;

    /// What a forked process has a copy of.
    fn inherited<T>(value: T) -> EachProcess<T> {
        EachProcess { own: OwnProcess::of_another(value), forked: OnceBox::new() }
    }

    #[test]
    fn a_process_keeps_its_value() {
        let value = EachProcess::new(7);
        assert_eq!(value.get_or_make(|| Err("made anew")), Ok(&7));
    }

    #[test]
    fn a_forked_process_makes_one_and_waits_for_no_thread_of_its_parent() {
        let value = inherited(Mutex::new("parent"));
        // Nobody opens this lock: its thread is the parent's.
        let _held = value.own.even_of_another().map(Mutex::lock);
        let made = value.get_or_make(|| Ok::<_, Infallible>(Mutex::new("child"))).unwrap();
        assert_eq!(*made.lock().unwrap(), "child");
        assert!(std::ptr::eq(made, value.get_or_make(|| Err("made twice")).unwrap()));
    }

    #[test]
    fn a_failure_is_told_and_leaves_the_way_open() {
        let value = inherited(1);
        assert_eq!(value.get_or_make(|| Err("no")), Err("no"));
        assert_eq!(value.get_or_make(|| Ok::<_, Infallible>(2)), Ok(&2));
    }

    #[test]
    fn all_threads_of_a_forked_process_have_the_same() {
        let value = inherited(Mutex::new(0));
        let count = || {
            let made = value.get_or_make(|| Ok::<_, Infallible>(Mutex::new(0))).unwrap();
            *made.lock().unwrap() += 1;
        };
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(count);
            }
        });
        assert_eq!(*value.get_or_make(|| Err("made anew")).unwrap().lock().unwrap(), 8);
    }

    #[test]
    fn down_a_line_of_forks_the_last_one_is_found() {
        let value = inherited(1);
        assert!(value.forked.set(Box::new(inherited(2))).is_ok());
        assert_eq!(value.get_or_make(|| Ok::<_, Infallible>(3)), Ok(&3));
        assert_eq!(value.get_or_make(|| Err("made twice")), Ok(&3));
    }
}
