//! A cost, as text for people.

use std::fmt;

use super::{Cost, Priced};
use crate::columns::Columns;

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut columns = Columns::default();
        columns.title(&format!(
            "a million of {} in {}, in millions:",
            self.of, self.region
        ));
        columns.row([
            "",
            "Lambda calls",
            "GB-s",
            "writes",
            "reads",
            "SNS",
            "SQS",
            &self.currency,
        ]);
        for step in &self.steps {
            row(
                &mut columns,
                &format!("{}{}", "  ".repeat(step.depth), step.name),
                &step.priced,
            );
        }
        row(&mut columns, "together", &self.total);
        columns.fmt(f)?;
        let assumed = &self.assumptions;
        writeln!(
            f,
            "\nassumed: {} KB a message and an item, {} ms a call, {} messages a call, {} entries a relay's call{}",
            assumed.payload_kb,
            assumed.ms,
            assumed.batch,
            assumed.relay_batch,
            assumed
                .share
                .iter()
                .map(|(event, share)| format!(", {event} {share} times"))
                .collect::<String>()
        )?;
        for cut in &self.cut {
            writeln!(f, "left out: {cut}")?;
        }
        writeln!(
            f,
            "not counted: what is tried again, empty receives, schedules, logs and metrics, KMS, S3, mail, providers"
        )
    }
}

fn row(columns: &mut Columns, name: &str, Priced { units, price }: &Priced) {
    let millions = |count: f64| match count / super::MILLION {
        0.0 => "-".to_owned(),
        count => format!("{count:.2}")
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
    };
    let sqs = units.sqs_requests + units.sqs_fifo_requests;
    columns.row([
        name,
        &millions(units.lambda_calls),
        &millions(units.lambda_gb_seconds),
        &millions(units.write_units),
        &millions(units.read_units),
        &millions(units.sns_publishes),
        &millions(sqs),
        &format!("{price:.2}"),
    ]);
}
