//! What must not be dropped in a forked process.

use std::mem;
use std::process;

/// A value with threads behind it. A forked process has a copy of the value but none of the threads: dropping it
/// there would wait for them, or for a lock that one of them held, for ever. So there it is forgotten.
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

    /// The same, to change it.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        let here = self.is_here();
        self.value.as_mut().filter(|_| here)
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
