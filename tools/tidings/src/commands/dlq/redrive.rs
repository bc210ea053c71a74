//! `tidings dlq redrive`, `resume` and `cancel`.

use std::{collections::BTreeMap, io::IsTerminal as _, process::ExitCode, time::Duration};

use tidings_operations::{Act, Plan, Progress, Redrive};

use super::{
    choose::{Chosen, not_by_accident, time},
    list::cut,
    show::plan_json,
    site::Site,
    table::table,
    tell,
};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    chosen: Chosen,
    /// Every letter.
    #[arg(long)]
    all: bool,
    /// Does it. Without it, the plan is shown and nothing is done.
    #[arg(long)]
    yes: bool,
    /// How many letters go at once; the last number is for all that follow.
    #[arg(long, value_delimiter = ',', default_value = "1,2,5,20,100", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    lots: Vec<usize>,
    /// Letters a second, at most.
    #[arg(long, value_parser = rate)]
    rate: Option<f64>,
    /// How long a lot is watched before the next one goes (0s watches none).
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time)]
    watch: Duration,
    /// Which part of a lot may fail again before it stops, from 0 to 1.
    #[arg(long, value_name = "PART", default_value_t = 0.2, value_parser = part)]
    tolerance: f64,
    /// Also while the consumer pauses, and what would come back as it is.
    #[arg(long)]
    force: bool,
    /// Why, for the record.
    #[arg(long)]
    reason: Option<String>,
}

#[derive(clap::Args)]
pub struct ResumeArguments {
    /// The act (`tidings dlq history`).
    act: String,
}

#[derive(clap::Args)]
pub struct CancelArguments {
    /// The act (`tidings dlq status`).
    act: String,
}

pub async fn run(site: &Site, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let selection = arguments.chosen.selection();
    not_by_accident(&selection, arguments.all)?;
    if !arguments.yes {
        let plan = site.desk.plan(&selection).await?;
        match site.json {
            true => println!("{}", plan_json(&plan)),
            false => show(&plan),
        }
        return Ok(ExitCode::SUCCESS);
    }
    let redrive = Redrive {
        lots: arguments.lots,
        rate: arguments.rate,
        watch: arguments.watch,
        tolerance: arguments.tolerance,
        force: arguments.force,
    };
    let reason = arguments.reason.as_deref();
    let act = site
        .desk
        .redrive(selection, redrive, &site.who, reason, &OnStandardError)
        .await?;
    tell(&act, site.json)
}

pub async fn resume(site: &Site, arguments: &ResumeArguments) -> anyhow::Result<ExitCode> {
    let act = site.desk.resume(&arguments.act, &OnStandardError).await?;
    tell(&act, site.json)
}

pub async fn cancel(site: &Site, arguments: &CancelArguments) -> anyhow::Result<ExitCode> {
    site.desk.store().cancel(&arguments.act, &site.who).await?;
    if !site.json {
        println!("{} stops at its next letter", arguments.act);
    }
    Ok(ExitCode::SUCCESS)
}

fn show(plan: &Plan) {
    let mut outcomes = BTreeMap::<(&str, String), usize>::new();
    for one in &plan.letters {
        *outcomes.entry((&one.consumer, one.outcome.told())).or_default() += 1;
    }
    let mut rows = table(&["consumer", "letters", "now"]);
    for ((consumer, told), letters) in &outcomes {
        rows.add_row([(*consumer).to_owned(), letters.to_string(), cut(told)]);
    }
    println!("{rows}\nNothing was done. --yes does it.");
}

/// Tells how far an act is: on a terminal as it goes on, elsewhere a line a lot.
pub struct OnStandardError;

impl Progress for OnStandardError {
    fn at(&self, queue: &str, act: &Act) {
        let counts = &act.counts;
        let line = format!(
            "{queue}: {} letters, {} done, {} failed again, {} left",
            counts.letters, counts.done, counts.failed_again, counts.left
        );
        match std::io::stderr().is_terminal() {
            true => eprint!("\r\x1b[2K{line}"),
            false => eprintln!("{line}"),
        }
    }
}

impl Drop for OnStandardError {
    fn drop(&mut self) {
        if std::io::stderr().is_terminal() {
            eprintln!();
        }
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate > 0.0 => Ok(rate),
        _ => Err("is no number above 0".to_owned()),
    }
}

fn part(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(part) if (0.0..=1.0).contains(&part) => Ok(part),
        _ => Err("is no number from 0 to 1".to_owned()),
    }
}
