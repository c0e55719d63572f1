//! `cargo xtask simulate`: a million zooms in bad weather, and what they cost.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::cast_precision_loss, clippy::as_conversions, reason = "a report")]

use std::thread;
use std::time::Instant;

use clap::Parser;
use zoomout_core::Resubmit;
use zoomout_tests::simulation::{Customer, Tally, run};

/// Zooms in virtual time against modelled servers in bad weather.
#[derive(Parser)]
struct Args {
    /// How many zooms.
    #[arg(long, default_value_t = 1_000_000)]
    zooms: u64,
    /// The first seed; the same seeds give the same run.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn main() {
    let args = Args::parse();
    println!("{} zooms, seeds {} and up\n", args.zooms, args.seed);
    let started = Instant::now();
    let safe = on_all_cores(Customer::Job(Resubmit::Safe), &args);
    println!("{:<28}{:>9}  what it advises", "end", "share");
    for ((end, advice), count) in &safe.ends {
        println!("{end:<28}{:>8.3}%  {advice}", *count as f64 * 100.0 / safe.zooms as f64);
    }
    println!("\nin {:.1} s\n", started.elapsed().as_secs_f64());
    println!("{:<28}{:>16}{:>14}{:>22}", "customer", "charged twice", "tasks lost", "charges a picture");
    show("zoomout (Safe)", &safe);
    for (name, customer) in [
        ("zoomout (Never)", Customer::Job(Resubmit::Never)),
        ("zoomout (Eager)", Customer::Job(Resubmit::Eager)),
        ("the vendor's sample", Customer::VendorSample),
    ] {
        show(name, &on_all_cores(customer, &args));
    }
}

fn show(name: &str, tally: &Tally) {
    let share = tally.standing as f64 / tally.pictures as f64;
    println!("{name:<28}{:>16}{:>14}{share:>22.4}", tally.double, tally.lost);
}

fn on_all_cores(customer: Customer, args: &Args) -> Tally {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let end = args.seed + args.zooms;
    let share = args.zooms.div_ceil(cores).max(1);
    let mut total = Tally::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|core| {
                let first = (args.seed + core * share).min(end);
                let last = (first + share).min(end);
                scope.spawn(move || run(customer, first..last))
            })
            .collect();
        for worker in workers {
            match worker.join() {
                Ok(tally) => total.add(tally),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    total
}
