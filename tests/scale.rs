//! `cargo xtask scale`: ten thousand zooms in flight at once, and what that costs in memory and threads.
//!
//! The server is another process, so that the figures are the client's own.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a report")]

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::num::NonZeroUsize;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use clap::Parser;
use zoomout::{ApiKey, Client, Dispatcher, Event, Limits, TaskId, Zoom};
use zoomout_emulator::{KEY, Options, Seed, Server};

/// Many zooms in flight at once against an emulator in another process.
#[derive(Parser)]
struct Args {
    /// How many.
    #[arg(long, default_value_t = 10_000)]
    zooms: usize,
    /// How many milliseconds each answer takes.
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// Requests in flight at most.
    #[arg(long, default_value_t = NonZeroUsize::new(512).unwrap())]
    requests: NonZeroUsize,
    /// Be the server.
    #[arg(long, hide = true)]
    serve: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if args.serve { serve(args.latency) } else { zoom(&args) }
}

/// Serves until stdin ends; then prints the bill as so many lines, so many tasks.
fn serve(latency: u64) -> Result<(), Box<dyn Error>> {
    let latency = Duration::from_millis(latency);
    let server = Server::start(Options { latency, picture_side: 16, ..Options::default() })?;
    println!("{}", server.url());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    let bill = server.bill();
    let tasks: HashSet<&str> = bill.lines.iter().map(|line| line.task_id.as_str()).collect();
    println!("{} {}", bill.lines.len(), tasks.len());
    Ok(())
}

fn zoom(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["--serve", "--latency", &args.latency.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut said = BufReader::new(child.stdout.take().ok_or("no stdout")?);
    let mut url = String::new();
    said.read_line(&mut url)?;
    let limits = Limits { requests: args.requests, submissions: args.requests, ..Limits::default() };
    let client = Client::builder(ApiKey::new(KEY)?).base_url(url.trim().parse()?).limits(limits).build()?;
    let dispatcher = Dispatcher::new(&client);
    let parent = TaskId::new(Seed::UPSCALED.task_id)?;
    let (ended, ends) = mpsc::channel();
    let submitted = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    for _ in 0..args.zooms {
        let (submitted, ended) = (Arc::clone(&submitted), ended.clone());
        let on_event = move |event: &Event| {
            if matches!(event, Event::Submitted(_)) {
                submitted.fetch_add(1, Ordering::SeqCst);
            }
        };
        dispatcher.spawn(Zoom::by_ratio(parent.clone(), None), on_event, move |result| {
            // The receiver lives until all have ended.
            drop(ended.send(result));
        });
    }
    let (mut threads, mut all_submitted) = (0, None);
    let (mut pictures, mut errors) = (0, BTreeMap::<String, usize>::new());
    for _ in 0..args.zooms {
        let result = loop {
            threads = threads.max(dispatcher.threads());
            if all_submitted.is_none() && submitted.load(Ordering::SeqCst) == args.zooms {
                all_submitted = Some(started.elapsed());
            }
            match ends.recv_timeout(Duration::from_millis(50)) {
                Ok(result) => break result,
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(error) => return Err(error.into()),
            }
        };
        match result {
            Ok(_) => pictures += 1,
            Err(error) => {
                let cause = error.cause().unwrap_or_default();
                *errors.entry(format!("{error}: {cause}, billed {}", error.billed())).or_default() += 1;
            }
        }
    }
    let (took, lateness) = (started.elapsed(), dispatcher.lateness());
    let bill = finish(child, &mut said)?;
    println!(
        "{} zooms at once, {} ms before each answer, {} requests in flight",
        args.zooms, args.latency, args.requests
    );
    println!("  submitted after      {:.1} s", all_submitted.unwrap_or(took).as_secs_f64());
    println!("  all done after       {:.1} s (a task takes 60 s)", took.as_secs_f64());
    println!("  pictures             {pictures}");
    for (error, count) in errors {
        println!("  {count} times          {error}");
    }
    println!("  bill lines, tasks    {bill}");
    println!("  peak memory          {}", status("VmHWM").unwrap_or_else(|| "unknown".to_owned()));
    println!("  processor time       {}", processor().unwrap_or_else(|| "unknown".to_owned()));
    println!("  threads at most      {threads}");
    println!("  looks                {}", lateness.looks());
    println!(
        "  lateness of a look   median below {:?}, 99% below {:?}",
        lateness.percentile(50),
        lateness.percentile(99)
    );
    Ok(())
}

fn finish(mut child: Child, said: &mut impl BufRead) -> Result<String, Box<dyn Error>> {
    drop(child.stdin.take());
    let mut bill = String::new();
    said.read_line(&mut bill)?;
    child.wait()?;
    Ok(bill.trim().to_owned())
}

/// A line of what Linux knows of this process.
fn status(name: &str) -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.trim().to_owned())
}

/// User and system time; Linux counts in hundredths of a second.
fn processor() -> Option<String> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let ticks: u32 = fields.next()?.parse::<u32>().ok()? + fields.next()?.parse::<u32>().ok()?;
    Some(format!("{:.1} s", f64::from(ticks) / 100.0))
}
