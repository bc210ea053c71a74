//! Alarms that ring, as whoever can ask CloudWatch has read them.

use jiff::Timestamp;

use super::{Finding, Urgency};

/// The check's name.
pub const CHECK: &str = "alarms";

/// An alarm that rings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ringing {
    /// Its name: whose it is, and what (`create-invoice-lags`).
    pub name: String,
    /// Its description, with the command behind `Run: ` (`infra/lib/alarm.ts`).
    pub description: String,
    /// Since when it rings.
    pub since: Option<Timestamp>,
}

/// How the names of alarms end that say that something does not go on.
const STOPPED: [&str; 5] = [
    "-cannot-run",
    "-is-not-fed",
    "-is-silent",
    "-does-not-run",
    "-stuck",
];
/// And those that say that something fails.
const FAILING: [&str; 5] = [
    "-not-empty",
    "-fails",
    "-keeps-failing",
    "-tries-again",
    "-pauses",
];

/// One finding an alarm.
#[must_use]
pub fn findings(ringing: &[Ringing]) -> Vec<Finding> {
    let finding = |alarm: &Ringing| {
        let (what, run) = match alarm.description.rsplit_once(". Run: ") {
            Some((what, run)) => (what, run.to_owned()),
            None => (
                alarm.description.as_str(),
                format!("aws cloudwatch describe-alarms --alarm-names {}", alarm.name),
            ),
        };
        Finding {
            check: CHECK,
            urgency: urgency(&alarm.name),
            subject: alarm.name.clone(),
            what: what.to_owned(),
            since: alarm.since,
            run,
        }
    };
    ringing.iter().map(finding).collect()
}

fn urgency(name: &str) -> Urgency {
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    match (ends(&STOPPED), ends(&FAILING)) {
        (true, _) => Urgency::Stopped,
        (_, true) => Urgency::Failing,
        _ => Urgency::Late,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_says_its_command_and_how_urgent_it_is() {
        let alarm = |name: &str, description: &str| Ringing {
            name: name.to_owned(),
            description: description.to_owned(),
            since: None,
        };
        let told = findings(&[
            alarm(
                "beta-create-invoice-is-not-fed",
                "Messages wait. Nobody fetches them. Run: tidings catalog diff --stage beta",
            ),
            alarm("create-invoice-keeps-failing", "It fails"),
            alarm("create-invoice-lags", "It lags"),
        ]);
        let told: Vec<_> = told
            .iter()
            .map(|one| (one.urgency, one.what.as_str(), one.run.as_str()))
            .collect();
        let described = |name| format!("aws cloudwatch describe-alarms --alarm-names {name}");
        assert_eq!(
            told,
            [
                (
                    Urgency::Stopped,
                    "Messages wait. Nobody fetches them",
                    "tidings catalog diff --stage beta"
                ),
                (
                    Urgency::Failing,
                    "It fails",
                    described("create-invoice-keeps-failing").as_str()
                ),
                (
                    Urgency::Late,
                    "It lags",
                    described("create-invoice-lags").as_str()
                ),
            ]
        );
    }
}
