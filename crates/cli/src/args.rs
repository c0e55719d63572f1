//! The arguments. Values are passed on as they are: the core says what they must be.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};
use clap_complete::Shell;
use zoomout::{Error, State};

use crate::fields::{FieldArgs, OfUpscale, OfZoom};
use crate::secret::Secret;

/// Zoom out (outpaint) Midjourney pictures through the `APIMart` API, and never pay twice.
#[derive(Debug, Parser)]
#[command(
    name = "zoomout",
    about = "Zoom out (outpaint) Midjourney pictures through the APIMart API, and never pay twice",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Only zoom and upscale cost money, once for each accepted submission.\n\
        Exit codes: 0 done, 1 task failed (refunded), 2 bad input, 3 refused,\n\
        4 unconfirmed (may have been billed), 5 deadline, 6 network, 7 unreadable answer,\n8 file or result not written, 130 stopped (143 by SIGTERM).\n\n\
        Examples:\n  \
        zoomout demo\n  \
        zoomout zoom task_01KQW0D3WJ2QYJP9E3H7GZ4D2R --zoom-ratio 1.5 --speed fast -o wide.png\n  \
        zoomout --emulator zoom task_01KQW0D3WJ2QYJP9E3H7GZ4D2R -o wide.png"
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command accepts.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Read the API key from this file (otherwise: the environment variable `APIMART_API_KEY`)
    #[arg(long, global = true, value_name = "PATH", conflicts_with = "emulator")]
    pub(crate) api_key_file: Option<PathBuf>,
    /// The API key itself; it shows in process lists, so prefer a file or the environment
    #[arg(long, global = true, value_name = "KEY", conflicts_with_all = ["api_key_file", "emulator"])]
    pub(crate) api_key: Option<Secret>,
    /// The address of the API (otherwise: `APIMART_BASE_URL`, or the public one)
    #[arg(long, global = true, value_name = "URL", conflicts_with = "emulator")]
    pub(crate) base_url: Option<String>,
    /// Run against an emulator inside this command: no key, no network, no cost
    #[arg(long, global = true)]
    pub(crate) emulator: bool,
    /// Stop after so many seconds, downloads included; the task itself goes on [default: 1860 for a task,
    /// and as much for its pictures]
    #[arg(long, global = true, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) timeout: Option<f64>,
    /// Give each phase of a single call so many seconds [default: 10 to connect, 60 for the
    /// answer, 300 for a picture]
    #[arg(long, global = true, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) call_timeout: Option<f64>,
    /// Run time so many times faster: for the emulator and other servers on this machine only
    /// [default: 1, with an emulator inside this command 30]
    #[arg(long, global = true, value_name = "FACTOR", allow_negative_numbers = true)]
    pub(crate) time_scale: Option<f64>,
    /// Keep the record of what was submitted in this file (otherwise: `ZOOMOUT_LEDGER`, or one in the user's own
    /// state folder)
    #[arg(long, global = true, value_name = "PATH", conflicts_with = "no_ledger")]
    pub(crate) ledger: Option<PathBuf>,
    /// Keep no record: what is paid for is known to this command alone
    #[arg(long, global = true)]
    pub(crate) no_ledger: bool,
    /// Print JSON, one object a line, on stdout
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print results and errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Show each call; twice: with its content. The key is never shown
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// See the whole story: upscale, zoom by both tiers, pictures and bill; no key, no network, no cost
    #[command(after_help = "Example:\n  zoomout demo --out pictures")]
    Demo {
        /// The folder that receives the pictures
        #[arg(long, value_name = "DIR", default_value = "zoomout-demo")]
        out: PathBuf,
    },
    /// Zoom a picture out and wait for it. Costs money once accepted
    #[command(after_help = "Below 2, --zoom-ratio buys the tier 1.5x; 2, more, or none at all: 2x.\n\n\
        Examples:\n  \
        zoomout zoom task_01KQW0D3WJ2QYJP9E3H7GZ4D2R --zoom-ratio 1.5 --speed fast -o wide.png\n  \
        zoomout zoom task_01KQW0D3WJ2QYJP9E3H7GZ4D2R --zoom-ratio 1.5 --dry-run\n  \
        zoomout zoom task_01KQW0D3WJ2QYJP9E3H7GZ4D2R --no-wait --json\n  \
        zoomout zoom task_01KQW0D3WJ2QYJP9E3H7GZ4D2R --key album/17 -o wide.png\n  \
        zoomout zoom task_01KQW0D3WJ2QYJP9E3H7GZ4D2R -o - | magick - wide.jpg\n  \
        zoomout zoom task_01KQW0D3WJ2QYJP9E3H7GZ4D2R task_01KQW0D3WJ2QYJP9E3H7GZ4D2S -o pictures/")]
    Zoom(Zoom),
    /// Cut one picture out of a grid, which makes it zoomable. Costs money once accepted
    #[command(after_help = "Examples:\n  \
        zoomout upscale task_01KQGR1D0000000000000000AA --index 1\n  \
        zoomout upscale task_01KQGR1D0000000000000000AA --index 2 -o tile.png")]
    Upscale(Upscale),
    /// Wait for a task that was submitted before. Free
    #[command(after_help = "Example:\n  zoomout wait task_01KR0000000000000000000000 -o wide.png")]
    Wait {
        /// The task
        task_id: String,
        /// Save its pictures here: a file, a folder, or - for stdout
        #[arg(short, long, value_name = "PATH")]
        output: Option<PathBuf>,
    },
    /// Zoom everything that a file lists: checked and priced before anything is spent, and resumed by the same command.
    /// Each accepted row costs money
    #[command(
        after_help = "A row is one job: task_id, zoom_ratio or custom_id, index, speed, metadata, extra, and\n\
        optionally action (zoom or upscale), key and output. The same command again goes on where it\n\
        stopped, after a kill too, and pays for nothing twice.\n\n\
        Examples:\n  \
        zoomout batch jobs.csv --out wide/ --dry-run\n  \
        zoomout batch jobs.csv --out wide/ --max-cost 20\n  \
        make-jobs | zoomout --json batch - --out wide/ --name alps > results.jsonl"
    )]
    Batch(Batch),
    /// Wait for all that is paid for and save the pictures that nobody has saved yet. Free
    #[command(after_help = "Examples:\n  \
        zoomout collect -o pictures/\n  \
        zoomout --json collect")]
    Collect {
        /// The folder that receives the pictures
        #[arg(short, long, value_name = "DIR", default_value = ".")]
        output: PathBuf,
    },
    /// See and settle what is on record of paid submissions. Free
    #[command(subcommand)]
    Ledger(Ledger),
    /// Look at a task once. Free
    #[command(after_help = "Example:\n  zoomout task task_01KR0000000000000000000000 --json")]
    Task {
        /// The task
        task_id: String,
    },
    /// List the buttons under a picture, for --custom-id. Free
    #[command(after_help = "Example:\n  zoomout buttons task_01KQW0D3WJ2QYJP9E3H7GZ4D2R")]
    Buttons {
        /// The task
        task_id: String,
    },
    /// Serve the API on this machine until Ctrl-C, with pictures, a bill and faults on demand. Free
    #[command(after_help = "Examples:\n  \
        zoomout emulator --port 8080 --time-scale 30\n  \
        zoomout emulator --faults faults.json")]
    Emulator {
        /// The port; 0 takes a free one
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Hold each answer back for so many milliseconds
        #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
        latency: u64,
        /// A script of faults (JSON; see the emulator's README)
        #[arg(long, value_name = "FILE")]
        faults: Option<PathBuf>,
    },
    /// Print the completions of a shell
    #[command(
        after_help = "Example:\n  zoomout completions bash > ~/.local/share/bash-completion/completions/zoomout"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    #[command(after_help = "Examples:\n  \
        zoomout man > ~/.local/share/man/man1/zoomout.1\n  \
        zoomout man zoom | man -l -")]
    Man {
        /// Of this command instead
        command: Option<String>,
    },
}

impl Command {
    /// Where pictures are to go.
    pub(crate) fn output(&self) -> Option<&Path> {
        match self {
            Self::Zoom(Zoom { submission, .. }) | Self::Upscale(Upscale { submission, .. }) => {
                submission.output.as_deref()
            }
            Self::Wait { output, .. } => output.as_deref(),
            Self::Collect { output } => Some(output),
            _ => None,
        }
    }
}

impl Global {
    /// Refuses what names a server where there is none but an emulator.
    pub(crate) fn refuse_server(&self) -> Result<(), Error> {
        let given = [
            ("api_key_file", self.api_key_file.is_some()),
            ("api_key", self.api_key.is_some()),
            ("base_url", self.base_url.is_some()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((name, _)) => {
                Err(Error::invalid(name, "means nothing here: this command asks nobody but its own emulator"))
            }
            None => Ok(()),
        }
    }
}

/// The arguments of `batch`.
#[derive(Debug, clap::Args)]
pub(crate) struct Batch {
    /// The jobs, as JSONL or CSV; - for stdin
    pub(crate) jobs: PathBuf,
    /// The folder that receives the pictures, results.jsonl and report.html
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// How the jobs are written [default: as the ending of the file, or its first line, says]
    #[arg(long, value_name = "FORMAT", value_parser = ["jsonl", "csv"])]
    pub(crate) format: Option<String>,
    /// The batch's name: rows without a key of their own are named after it [default: the path of --out]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Spend at most so much; an unknown price is refused then
    #[arg(long, value_name = "USD")]
    pub(crate) max_cost: Option<String>,
    /// Submit at most so often
    #[arg(long, value_name = "N")]
    pub(crate) max_submissions: Option<u64>,
    /// Submit at most so often a minute [default: as often as the server takes it]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) submits_per_minute: Option<u32>,
    /// Have at most so many rows under way
    #[arg(long, value_name = "N", default_value = "32")]
    pub(crate) window: NonZeroUsize,
    /// Reckon with the prices in this file (JSON) instead of the published ones
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// Submit rows anew, and pay again, whose task has failed and is refunded
    #[arg(long)]
    pub(crate) retry_failed: bool,
    /// With --json, print results in the order of the rows, not as they end
    #[arg(long)]
    pub(crate) in_order: bool,
    /// Check the file, show the plan, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// What to do with the ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// List submissions, the newest last
    #[command(after_help = "Examples:\n  \
        zoomout ledger list\n  \
        zoomout ledger list --state unconfirmed")]
    List {
        /// Only those of this state
        #[arg(long, value_name = "STATE", value_parser = states())]
        state: Vec<String>,
        /// At most so many, the newest
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// Show all that is on record of one key or task
    #[command(after_help = "Example:\n  zoomout ledger show album/17")]
    Show {
        /// Its key, or its task
        name: String,
    },
    /// Settle a submission of which nobody knows whether it was accepted, after a look at the account
    #[command(after_help = "Examples:\n  \
        zoomout ledger resolve album/17 --task task_01KR0000000000000000000000\n  \
        zoomout ledger resolve album/17 --not-billed")]
    Resolve {
        /// Its key
        key: String,
        /// It was accepted: it is this task
        #[arg(long, value_name = "TASK_ID", required_unless_present_any = ["not_billed", "lost"])]
        task: Option<String>,
        /// It was not billed: whoever asks under the key again submits again
        #[arg(long, conflicts_with_all = ["task", "lost"])]
        not_billed: bool,
        /// It was billed, and the server shows it no more: give it up; --again submits it anew
        #[arg(long, conflicts_with = "task")]
        lost: bool,
    },
    /// Print everything on record as JSON, one object a line
    #[command(after_help = "Example:\n  zoomout ledger export > ledger.jsonl")]
    Export,
    /// Forget what needs nobody any more: what was refused, or is saved or handed out
    #[command(after_help = "Forgotten keys are free: the same command under one of them pays again.\n\n\
        Example:\n  zoomout ledger prune --older-than 90")]
    Prune {
        /// Only what is older than so many days
        #[arg(long, value_name = "DAYS", default_value_t = 30)]
        older_than: u32,
    },
}

fn states() -> PossibleValuesParser {
    State::ALL.map(State::as_str).into()
}

/// The arguments of `zoom`.
#[derive(Debug, clap::Args)]
pub(crate) struct Zoom {
    /// The picture: the id of an upscale; several are zoomed at once
    #[arg(required = true, value_name = "TASK_ID")]
    pub(crate) task_ids: Vec<String>,
    #[command(flatten)]
    pub(crate) fields: FieldArgs<OfZoom>,
    #[command(flatten)]
    pub(crate) submission: Submission,
}

/// The arguments of `upscale`.
#[derive(Debug, clap::Args)]
pub(crate) struct Upscale {
    /// The grid
    pub(crate) task_id: String,
    #[command(flatten)]
    pub(crate) fields: FieldArgs<OfUpscale>,
    #[command(flatten)]
    pub(crate) submission: Submission,
}

/// What every submission accepts.
#[derive(Debug, clap::Args)]
pub(crate) struct Submission {
    /// Save the pictures here: a file, a folder, or - for stdout
    #[arg(short, long, value_name = "PATH", conflicts_with = "no_wait")]
    pub(crate) output: Option<PathBuf>,
    /// Submit it once under this name: the same command again goes on with what was paid for
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// Submit it anew, and pay again, where it has ended under its key before
    #[arg(long, requires = "key")]
    pub(crate) again: bool,
    /// Submit only; `zoomout wait` or `zoomout collect` fetches the result
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// Show what would be sent and billed, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn no_debug_output_shows_the_key() {
        let args = Args::try_parse_from(["zoomout", "--api-key", "sk-MARK", "task", "task_1"]).unwrap();
        assert!(!format!("{args:?}").contains("MARK"));
    }
}
