//! `tidings policy`.

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use tidings_core::catalogue::Callers;

use crate::{
    policy::{Place, caller},
    system::storefront,
};

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    policy: Policy,
}

#[derive(Subcommand)]
enum Policy {
    /// Prints the IAM policy (JSON) of who may call endpoints by their URLs, for a role or a user. It lets nobody call a function past its URL, where a
    /// request can name any caller.
    Caller {
        /// Only these endpoints; without it, all that are for them.
        names: Vec<String>,
        /// Whom it is for.
        #[arg(long = "for", value_name = "WHO", default_value = "customers")]
        who: Who,
        /// The account: twelve digits.
        #[arg(long, env = "AWS_ACCOUNT_ID", value_parser = account)]
        account: String,
        /// The region, as eu-west-1.
        #[arg(long, env = "AWS_REGION")]
        region: String,
        /// The partition.
        #[arg(long, default_value = "aws")]
        partition: String,
        /// What comes before every name (`-c stage`).
        #[arg(long, env = "TIDINGS_STAGE")]
        stage: Option<String>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Who {
    Customers,
    Staff,
}

fn account(text: &str) -> Result<String, String> {
    let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match digits {
        true => Ok(text.to_owned()),
        false => Err("an account is twelve digits".to_owned()),
    }
}

/// Prints a policy.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Policy::Caller {
        names,
        who,
        account,
        region,
        partition,
        stage,
    } = &arguments.policy;
    let callers = match who {
        Who::Customers => Callers::Customers,
        Who::Staff => Callers::Staff,
    };
    let place = Place {
        partition,
        account,
        region,
        stage: stage.as_deref(),
    };
    match caller(&storefront().catalogue(), callers, names, &place) {
        Ok(policy) => println!("{}", serde_json::to_string_pretty(&policy)?),
        Err(wrong) => {
            eprintln!("error: {wrong}");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}
