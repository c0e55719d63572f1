//! `batch`: everything that a file lists, priced before anything is spent, and resumed by the same command.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use httpdate::fmt_http_date;

use serde_json::{Value, json};
use zoomout::{Error, ErrorKind, Limits, check_target};
use zoomout_batch::{
    BatchName, Budget, Ceilings, Format, Jobs, JobsError, OverCeiling, Plan, Prices, REPORT, RESULTS, Report,
    RowState, Tally, Usd,
};

use crate::args::Batch;
use crate::batch::{
    Halt, OnRecord, Results, Run, Setting, fetch_parents, not_read_back, not_written, standing,
};
use crate::failure::Failure;
use crate::fit;
use crate::ledger::Place;
use crate::output::Output;
use crate::session::{Session, Tools};

pub(crate) fn run(tools: &Tools<'_>, args: &Batch) -> Result<(), Failure> {
    let prices = prices(args.prices.as_deref())?;
    let ceilings = ceilings(args)?;
    let folder = folder(&args.out)?;
    let name = match &args.name {
        Some(name) => BatchName::new(name)?,
        None => BatchName::of_folder(&folder),
    };
    let mut jobs = check(args, &name)?;
    if jobs.tally().rows() == 0 {
        return Err(Error::invalid("jobs", "holds no rows").into());
    }
    let limits = Limits { submits_per_minute: args.submits_per_minute, ..Limits::default() };
    let session = match Session::within(tools, limits) {
        Ok(session) => session,
        // Nothing is asked of anybody, so that a key is not needed.
        Err(_) if args.dry_run => return show(tools.output, &Plan::new(jobs.tally(), &prices), &ceilings),
        Err(failure) => return Err(failure),
    };
    let plan = plan(&session, &mut jobs, &prices, args.retry_failed)?;
    if args.dry_run {
        return show(tools.output, &plan, &ceilings);
    }
    plan.check(&ceilings).map_err(|over| too_much(&over))?;
    check_target(folder.join(""))?;
    tools.output.tell(&plan.to_string());
    if Place::of(tools.global)? == Place::Nowhere && !tools.global.emulator {
        tools.output.note("warning: without a ledger the same command again pays for every row again");
    }
    fs::create_dir_all(&folder).map_err(|error| not_written(&folder, &error))?;
    let setting = Setting {
        tools,
        session: &session,
        folder: &folder,
        prices: &prices,
        window: args.window,
        retry_failed: args.retry_failed,
    };
    let mut run = Run::new(&setting, &plan, Budget::new(ceilings));
    let mut results = Results::new(tools.output, args.in_order);
    let rows = jobs.rows().map_err(|error| not_read_back(&error))?;
    run.run(rows, |end| results.add(end));
    tools.output.end_bar();
    results.end();
    let written = results.write(&folder);
    let parents = fetch_parents(&session.client, tools.stop, &folder, results.parents());
    let note = tools.known.again().batch(args).filter(|_| run.count(RowState::Done) < plan.rows);
    let report = Report { name: name.to_string(), made: fmt_http_date(SystemTime::now()), note };
    let written = written.and_then(|()| results.report(&folder, &report, &parents));
    if let Err(error) = &written {
        tools.output.note(&format!("warning: {error}: {}", error.cause().unwrap_or_default()));
    }
    conclude(tools, args, &run, &results, &folder)?;
    // Everything else went well.
    written.map_err(|error| {
        let cause = error.cause().unwrap_or_default();
        tools.known.report(tools.known.error(ErrorKind::Storage, &error.to_string()).caused_by(&cause))
    })
}

/// What is told when all rows have ended, or nothing more is submitted.
fn conclude(
    tools: &Tools<'_>,
    args: &Batch,
    run: &Run<'_>,
    results: &Results<'_>,
    folder: &Path,
) -> Result<(), Failure> {
    let (cost, planned) = results.cost();
    let text = format!(
        "{}\ncost: {cost} USD as the API reported it, {planned} USD as planned\nresults: {}\nreport: {}",
        run.summary(),
        fit::exact(folder.join(RESULTS).display()),
        fit::exact(folder.join(REPORT).display()),
    );
    if !tools.global.json {
        tools.output.result(|| Value::Null, || text);
    }
    let unsent = run.count(RowState::Unsent);
    if tools.stop.is_cancelled() {
        let message = "stopped; what was accepted is on record, and the same command goes on";
        let failure = tools.known.report(tools.known.error(ErrorKind::Cancelled, message));
        return Err(Failure { commands: tools.known.again().batch(args).into_iter().collect(), ..failure });
    }
    if run.count(RowState::Unconfirmed) > 0
        && let Some(settle) = tools.known.again().settle()
    {
        tools
            .output
            .tell(&format!("unconfirmed rows wait for your word, after a look at the account: {settle}"));
    }
    match (&run.halt, &run.first) {
        (Some(Halt::Ceiling(over)), _) => {
            let field = field(over);
            Err(Error::invalid(field, format_args!("is reached, and {unsent} rows were not sent: {over}"))
                .into())
        }
        (Some(Halt::Storage(error)), _) => {
            let cause = error.cause().unwrap_or_default();
            let message = format!("stopped before more is spent, with {unsent} rows not sent: {error}");
            let error = tools.known.error(ErrorKind::Storage, &message).caused_by(&cause);
            Err(Failure {
                commands: tools.known.again().batch(args).into_iter().collect(),
                ..Failure::from(error)
            })
        }
        (_, Some(first)) => Err(Failure::from(first.error.clone()).told()),
        (_, None) => Ok(()),
    }
}

fn check(args: &Batch, name: &BatchName) -> Result<Jobs, Failure> {
    let chosen = args.format.as_deref().map(str::parse::<Format>).transpose()?;
    let format = chosen.or_else(|| Format::of_path(&args.jobs));
    let source: Box<dyn Read> = if args.jobs == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(&args.jobs).map_err(|error| {
            Error::invalid("jobs", format_args!("{} cannot be read", fit::exact(args.jobs.display())))
                .caused_by(&error)
        })?;
        Box::new(file)
    };
    Jobs::check(source, format, name).map_err(|error| match error {
        JobsError::Bad(lines) => Failure::of_lines(Error::invalid("jobs", "cannot be used"), &lines),
        other => {
            let cause = std::error::Error::source(&other).map(ToString::to_string).unwrap_or_default();
            Error::unsent(ErrorKind::Storage, other.to_string()).caused_by(&cause).into()
        }
    })
}

/// The plan for what is still to be done.
fn plan(
    session: &Session<'_>,
    jobs: &mut Jobs,
    prices: &Prices,
    retry_failed: bool,
) -> Result<Plan, Failure> {
    if OnRecord::is_empty(&session.client)? {
        return Ok(Plan::new(jobs.tally(), prices));
    }
    let mut tally = Tally::default();
    for row in jobs.rows().map_err(|error| not_read_back(&error))? {
        let row = row.map_err(|error| not_read_back(&error))?;
        let known = OnRecord::of(&session.client, &row)?;
        if matches!(known, OnRecord::Conflict) {
            let key = row.order.key.as_ref().map(fit::exact).unwrap_or_default();
            let problem =
                format_args!("{key} of line {} stands for another request: take another one", row.line);
            return Err(Error::invalid("key", problem).into());
        }
        tally.add(&row.order.action, standing(&known, &row, retry_failed));
    }
    Ok(Plan::new(&tally, prices))
}

fn show(output: &Output, plan: &Plan, ceilings: &Ceilings) -> Result<(), Failure> {
    output.result(|| json!(plan), || format!("{plan}\nNothing was sent, and nothing was charged."));
    plan.check(ceilings).map_err(|over| too_much(&over))
}

fn too_much(over: &OverCeiling) -> Failure {
    Error::invalid(field(over), format_args!("is not enough: {over}")).into()
}

const fn field(over: &OverCeiling) -> &'static str {
    if matches!(over, OverCeiling::Submissions { .. }) { "max_submissions" } else { "max_cost" }
}

fn prices(file: Option<&Path>) -> Result<Prices, Failure> {
    let Some(file) = file else { return Ok(Prices::published()) };
    let shown = fit::exact(file.display());
    let text = fs::read(file).map_err(|error| {
        Error::invalid("prices", format_args!("{shown} cannot be read")).caused_by(&error)
    })?;
    Ok(Prices::from_json(&text).map_err(|error| {
        Error::invalid("prices", format_args!("{shown} cannot be used")).caused_by(&error)
    })?)
}

fn ceilings(args: &Batch) -> Result<Ceilings, Error> {
    let max_cost = args.max_cost.as_deref().map(|text| {
        text.parse::<Usd>().map_err(|_| {
            Error::invalid("max_cost", format_args!("must be an amount such as 12.50, got {text:?}"))
        })
    });
    Ok(Ceilings { max_cost: max_cost.transpose()?, max_submissions: args.max_submissions })
}

/// The folder as a whole path, the same whether or not it is there yet: the batch is named after it, from wherever and
/// however often it is called. What is there may be a link; what is not there is none.
fn folder(out: &Path) -> Result<PathBuf, Error> {
    let named = || -> io::Result<PathBuf> {
        let whole = std::env::current_dir()?.join(out);
        let there = whole.ancestors().find_map(|above| Some((above, fs::canonicalize(above).ok()?)));
        let (above, mut named) = there.ok_or(io::ErrorKind::NotFound)?;
        for part in whole.strip_prefix(above).unwrap_or_else(|_| Path::new("")).components() {
            match part {
                Component::ParentDir => drop(named.pop()),
                Component::Normal(part) => named.push(part),
                Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
            }
        }
        // The way up may have led back to what is there.
        Ok(fs::canonicalize(&named).unwrap_or(named))
    };
    named().map_err(|error| {
        Error::invalid("out", format_args!("{} is no folder", fit::exact(out.display()))).caused_by(&error)
    })
}
