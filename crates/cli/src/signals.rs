//! The signals by which a user stops a command.

use std::io;

/// Tells of each signal, from a thread of its own, with the exit code that is its custom.
///
/// Those that were ignored at the start stay so: `nohup` and the jobs of a script mean it.
#[cfg(unix)]
pub(crate) fn listen(stop: impl Fn(u8) + Send + 'static) -> io::Result<()> {
    use std::thread;
    use std::time::{Duration, Instant};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    /// Whoever still has to press so long after the first time faces a report that cannot be printed.
    const LAST_RESORT: Duration = Duration::from_secs(10);

    let ignored = ignored::at_start();
    let heeded = [("INT", SIGINT), ("TERM", SIGTERM), ("HUP", SIGHUP)].into_iter();
    let mut signals =
        Signals::new(heeded.filter(|(name, _)| !ignored.contains(name)).map(|(_, signal)| signal))?;
    let listen = move || {
        let mut first = None;
        for signal in signals.forever() {
            let code = u8::try_from(128 + signal).unwrap_or(u8::MAX);
            stop(code);
            if first.get_or_insert_with(Instant::now).elapsed() > LAST_RESORT {
                #[expect(clippy::exit, reason = "nothing else ends it")]
                std::process::exit(code.into());
            }
        }
    };
    thread::Builder::new().name("signals".to_owned()).spawn(listen).map(drop)
}

/// The same where there is Ctrl-C only.
#[cfg(not(unix))]
pub(crate) fn listen(stop: impl Fn(u8) + Send + 'static) -> io::Result<()> {
    ctrlc::set_handler(move || stop(130)).map_err(io::Error::other)
}

#[cfg(unix)]
mod ignored {
    use std::fs;
    use std::process::{Command, Stdio};

    /// The signals that could stop us, with their numbers, which are the same everywhere (POSIX, `kill`).
    const STOPPING: [(&str, u32); 3] = [("HUP", 1), ("INT", 2), ("TERM", 15)];

    /// The names of those that this process was told to ignore before it began.
    pub(super) fn at_start() -> Vec<&'static str> {
        by_status().unwrap_or_else(by_trial)
    }

    /// What Linux says.
    fn by_status() -> Option<Vec<&'static str>> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        let mask = u64::from_str_radix(mask.trim(), 16).ok()?;
        let is_ignored = |number: u32| mask & (1 << (number - 1)) != 0;
        Some(STOPPING.into_iter().filter(|(_, number)| is_ignored(*number)).map(|(name, _)| name).collect())
    }

    /// A child ignores what its parent does: which signals does one survive?
    fn by_trial() -> Vec<&'static str> {
        let survives = |name: &str| {
            let mut child = Command::new("sh");
            child.args(["-c", "kill -s \"$0\" $$", name]);
            child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            child.status().is_ok_and(|status| status.success())
        };
        STOPPING.into_iter().map(|(name, _)| name).filter(|name| survives(name)).collect()
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn the_system_and_a_trial_agree() {
            assert_eq!(super::by_status().unwrap_or_else(super::by_trial), super::by_trial());
        }
    }
}
