//! What to type next.

use std::path::Path;

use zoomout::TaskId;

use crate::args::{Args, Batch, Global};
use crate::ledger::Place;

/// This call of the command, as far as the next one needs it: the options that say which server, which key and
/// how fast, and where the picture goes. The key itself is not among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Again {
    options: Vec<String>,
    output: Option<String>,
    emulated: bool,
    /// Whether what is submitted is written down, and can be settled later.
    recorded: bool,
}

impl Again {
    pub(crate) fn of(args: &Args) -> Self {
        let output = args.command.output().map(|path| match path.to_string_lossy() {
            // Pasted into a terminal, it has no stdout that takes a picture.
            dash if dash == "-" => "./".to_owned(),
            path => path.into_owned(),
        });
        let global = &args.global;
        let recorded = Place::of(global).is_ok_and(|place| place != Place::Nowhere);
        Self { options: options(global), output, emulated: global.emulator, recorded }
    }

    /// Waits for this task, and saves its pictures where they were to go. A task inside an emulator that is
    /// about to end cannot be waited for.
    pub(crate) fn wait(&self, task_id: &TaskId) -> Option<String> {
        let mut words = vec!["wait"];
        // An id that looks like an option must not become one.
        let is_plain = !task_id.as_str().starts_with('-');
        if is_plain {
            words.push(task_id.as_str());
        }
        // Nor must a file.
        let file = self
            .output
            .as_ref()
            .map(|output| if output.starts_with('-') { format!("./{output}") } else { output.clone() });
        if let Some(file) = &file {
            words.extend(["-o", file]);
        }
        if !is_plain {
            words.extend(["--", task_id.as_str()]);
        }
        (!self.emulated).then(|| self.line(&words))
    }

    /// Goes on with a batch: whatever it was told before, it is told again.
    pub(crate) fn batch(&self, args: &Batch) -> Option<String> {
        let mut words = vec!["batch".to_owned()];
        let path = |path: &Path| path.to_string_lossy().into_owned();
        for (name, value) in [
            ("--out", Some(path(&args.out))),
            ("--format", args.format.clone()),
            ("--name", args.name.clone()),
            ("--max-cost", args.max_cost.clone()),
            ("--max-submissions", args.max_submissions.map(|count| count.to_string())),
            ("--submits-per-minute", args.submits_per_minute.map(|count| count.to_string())),
            ("--prices", args.prices.as_deref().map(path)),
        ] {
            words.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
        }
        words.extend(["--window".to_owned(), args.window.to_string(), "--".to_owned(), path(&args.jobs)]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        // What came over stdin is gone, and so is what an emulator held.
        (!self.emulated && args.jobs != Path::new("-")).then(|| self.line(&words))
    }

    /// Shows what nobody knows, and under which keys it can be settled.
    pub(crate) fn settle(&self) -> Option<String> {
        self.recorded.then(|| self.line(&["ledger", "list", "--state", "unconfirmed"]))
    }

    /// Shows what can be chosen from a grid, which is free; and chooses, which is not.
    pub(crate) fn choose_tile(&self, grid: &str) -> Vec<String> {
        // The choice is the user's: a tile costs money.
        let choose = format!("{} --index <1-4>", self.line(&["upscale", grid]));
        vec![self.line(&["buttons", grid]), choose]
    }

    /// A command that can be pasted into a shell.
    fn line(&self, words: &[&str]) -> String {
        let line: Vec<&str> = ["zoomout"]
            .into_iter()
            .chain(self.options.iter().map(String::as_str))
            .chain(words.iter().copied())
            .collect();
        shlex::try_join(line.iter().copied()).unwrap_or_else(|_| line.join(" "))
    }
}

fn options(global: &Global) -> Vec<String> {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let number = |number: f64| number.to_string();
    let mut options = Vec::new();
    if global.emulator {
        options.push("--emulator".to_owned());
    }
    if global.no_ledger {
        options.push("--no-ledger".to_owned());
    }
    for (name, value) in [
        ("--api-key-file", global.api_key_file.as_deref().map(path)),
        ("--base-url", global.base_url.clone()),
        ("--ledger", global.ledger.as_deref().map(path)),
        ("--timeout", global.timeout.map(number)),
        ("--call-timeout", global.call_timeout.map(number)),
        ("--time-scale", global.time_scale.map(number)),
    ] {
        options.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn again(args: &[&str]) -> Again {
        Again::of(&Args::try_parse_from(args).unwrap())
    }

    #[test]
    fn whatever_the_next_command_needs_is_in_it_but_not_the_key() {
        let task = TaskId::new("task_1").unwrap();
        let all = again(&[
            "zoomout",
            "zoom",
            "p",
            "--api-key-file",
            "my key",
            "--base-url",
            "http://127.0.0.1:1",
            "--timeout",
            "3",
            "--call-timeout",
            "0.5",
            "--time-scale",
            "2",
            "-o",
            "it's.png",
            "-q",
            "-vv",
        ]);
        assert_eq!(
            all.wait(&task).unwrap(),
            "zoomout --api-key-file 'my key' --base-url http://127.0.0.1:1 --timeout 3 --call-timeout 0.5 \
             --time-scale 2 wait task_1 -o \"it's.png\""
        );
        let secret = again(&["zoomout", "--api-key", "sk-MARK", "zoom", "p", "-o", "-"]);
        assert_eq!(secret.wait(&task).unwrap(), "zoomout wait task_1 -o ./");
        assert_eq!(again(&["zoomout", "--emulator", "zoom", "p"]).wait(&task), None);
    }

    #[test]
    fn an_id_that_looks_like_an_option_is_none() {
        let task = TaskId::new("--version").unwrap();
        let next = again(&["zoomout", "zoom", "p", "-o", "x.png"]).wait(&task).unwrap();
        assert_eq!(next, "zoomout wait -o x.png -- --version");
        let file =
            again(&["zoomout", "zoom", "p", "-o=-x.png"]).wait(&TaskId::new("task_1").unwrap()).unwrap();
        assert_eq!(file, "zoomout wait task_1 -o ./-x.png");
    }

    #[test]
    fn which_tile_is_the_users_choice() {
        assert_eq!(
            again(&["zoomout", "--emulator", "zoom", "grid"]).choose_tile("grid"),
            ["zoomout --emulator buttons grid", "zoomout --emulator upscale grid --index <1-4>"]
        );
    }
}
