//! How long a million rows take to be checked, planned and read again, and in how much memory:
//! `cargo run --release -p zoomout-batch --example million -- [jsonl|csv] [ROWS]`.
//!
//! Every row has a key and an output of its own in the file, or none: both are measured, each in a process of its
//! own, because a process never forgets its peak.
#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::error::Error;
use std::io::{self, Read};
use std::process::Command;
use std::time::Instant;

use zoomout_batch::{BatchName, Format, Jobs, Plan, Prices};

/// A jobs file that is written while it is read.
struct Written {
    format: Format,
    is_named: bool,
    rows: u64,
    next: u64,
    rest: Vec<u8>,
}

impl Written {
    fn row(&self, number: u64) -> String {
        let speed =
            ["relax", "fast", "turbo"].into_iter().cycle().nth(usize::try_from(number % 3).unwrap_or(0));
        let speed = speed.unwrap_or("relax");
        match (self.format, self.is_named) {
            (Format::Csv, true) => format!("task_{number:026},1.5,{speed},album/{number},day/{number}.png\n"),
            (Format::Csv, false) => format!("task_{number:026},1.5,{speed},,\n"),
            (Format::Jsonl, true) => format!(
                r#"{{"task_id":"task_{number:026}","speed":"{speed}","key":"album/{number}","output":"day/{number}.png"}}{}"#,
                '\n'
            ),
            (Format::Jsonl, false) => {
                format!("{{\"task_id\":\"task_{number:026}\",\"zoom_ratio\":1.5,\"speed\":\"{speed}\"}}\n")
            }
        }
    }
}

impl Read for Written {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() && self.next < self.rows {
            let some = self.next..(self.next + 100).min(self.rows);
            self.next = some.end;
            self.rest = some.flat_map(|number| self.row(number).into_bytes()).collect();
        }
        let count = self.rest.as_slice().read(buffer)?;
        self.rest.drain(..count);
        Ok(count)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let format: Format = args.first().map_or("jsonl", String::as_str).parse()?;
    let rows: u64 = args.get(1).map_or(Ok(1_000_000), |rows| rows.parse())?;
    match args.get(2).map(String::as_str) {
        Some(named) => measure(format, rows, named == "named"),
        None => ["named", "nameless"].into_iter().try_for_each(|named| {
            let program = std::env::current_exe()?;
            Command::new(program).args([format.as_str(), &rows.to_string(), named]).status()?;
            Ok(())
        }),
    }
}

fn measure(format: Format, rows: u64, is_named: bool) -> Result<(), Box<dyn Error>> {
    let rest =
        if format == Format::Csv { b"task_id,zoom_ratio,speed,key,output\n".to_vec() } else { Vec::new() };
    let start = Instant::now();
    let source = Written { format, is_named, rows, next: 0, rest };
    let mut jobs = Jobs::check(source, Some(format), &BatchName::new("million")?)?;
    let plan = Plan::new(jobs.tally(), &Prices::published());
    let planned = start.elapsed();
    let count = jobs.rows()?.try_fold(0_u64, |count, row| row.map(|_| count + 1))?;
    let read = start.elapsed().saturating_sub(planned);
    let keys = if is_named { "keys and outputs in the file" } else { "neither keys nor outputs" };
    println!("{count} rows of {format}, {keys}");
    println!(
        "  checked and planned in {:.1} s, read again in {:.1} s",
        planned.as_secs_f64(),
        read.as_secs_f64()
    );
    println!("  peak memory {}", peak_memory().unwrap_or_else(|| "is not told by this system".to_owned()));
    println!("{plan}\n");
    Ok(())
}

/// As Linux tells it.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(format!("{} MB", kilobytes * 1_024 / 1_000_000))
}
