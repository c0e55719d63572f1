//! What must not be touched in a forked process.

use std::mem;
use std::process;

/// A value with threads behind it, or with a lock. A forked process has a copy of the value but none of the
/// threads: using or dropping it there would wait for them, or for a lock that one of them held, for ever. So there it is
/// out of reach, and forgotten at its end.
#[derive(Debug)]
pub struct OwnProcess<T> {
    process: u32,
    /// Taken when it is dropped.
    value: Option<T>,
}

impl<T> OwnProcess<T> {
    /// A value of this process.
    pub fn new(value: T) -> Self {
        Self { process: process::id(), value: Some(value) }
    }

    /// The value; nothing in another process.
    pub fn get(&self) -> Option<&T> {
        self.value.as_ref().filter(|_| self.is_here())
    }

    fn is_here(&self) -> bool {
        self.process == process::id()
    }
}

impl<T> Drop for OwnProcess<T> {
    fn drop(&mut self) {
        if !self.is_here() {
            mem::forget(self.value.take());
        }
    }
}

#[cfg(test)]
impl<T> OwnProcess<T> {
    /// As a forked process has it.
    pub(crate) fn of_another(value: T) -> Self {
        Self { process: process::id().wrapping_add(1), value: Some(value) }
    }

    /// The value, whoever's it is.
    pub(crate) fn even_of_another(&self) -> Option<&T> {
        self.value.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn another_process_neither_sees_the_value_nor_drops_it() {
        let value = Arc::new(());
        let other = OwnProcess::of_another(Arc::clone(&value));
        assert_eq!(other.get(), None);
        drop(other);
        assert_eq!(Arc::strong_count(&value), 2);
        drop(OwnProcess::new(Arc::clone(&value)));
        assert_eq!(Arc::strong_count(&value), 2);
    }
}
