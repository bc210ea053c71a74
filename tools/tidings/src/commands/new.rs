//! `tidings new`.

use std::{env, process::ExitCode};

use clap::{Subcommand, ValueEnum};
use tidings_scaffold::{
    Guarantee, NewConsumer, NewEvent, NewPublisher, NewService, Plan, Planned, Refused, Workspace,
};

/// What `tidings new --help` says.
pub const ABOUT: &str = "\
Makes a new publisher, consumer, event or service in the source around the current folder: files, their tests, and the lines in the lists that name \
them. What it makes compiles, is tested, listed and deployed as it is; what it does is then yours to say.

Nothing is overwritten: where a name is taken, nothing is done. `git status` shows what was made, and git takes it back.

  tidings new consumer count-orders --service insights --takes order.placed
  tidings new publisher report-parcel --service shipping --states parcel.lost
  tidings new event parcel.lost --service shipping
  tidings new service gift-cards";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Makes a consumer: its file with a test, its main, and its line in the service.
    Consumer {
        /// Its name, a command in lower-case words with hyphens (create-invoice).
        name: String,
        /// The service that it belongs to: a folder of functions/.
        #[arg(long)]
        service: String,
        /// The type of the events that it takes (order.placed).
        #[arg(long, value_name = "TYPE")]
        takes: String,
        /// What it promises: transactional decides and writes, leased reaches outside (docs/guide.md helps to choose).
        #[arg(long, value_enum, default_value = "transactional")]
        guarantee: Promised,
    },
    /// Makes a publisher, an HTTP endpoint that states an event: its file with a test, its main, and its line in the service.
    Publisher {
        /// Its name, a command in lower-case words with hyphens (report-parcel).
        name: String,
        /// The service that it belongs to, which owns the event: a folder of functions/.
        #[arg(long)]
        service: String,
        /// The type of the event that it states (parcel.lost).
        #[arg(long, value_name = "TYPE")]
        states: String,
    },
    /// Makes an event: its type, its sample, and its line in the service that owns it.
    Event {
        /// Its type: the aggregate, a dot, and what happened (parcel.lost).
        name: String,
        /// The service that owns it: a folder of functions/.
        #[arg(long)]
        service: String,
    },
    /// Makes a service: a crate in functions/, and its line in the system.
    Service {
        /// Its name, lower-case words with hyphens (gift-cards).
        name: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Promised {
    Transactional,
    Leased,
}

/// Makes it, and says what was made and what to do next.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::around(&env::current_dir()?)?;
    let planned = match &arguments.what {
        What::Consumer {
            name,
            service,
            takes,
            guarantee,
        } => NewConsumer {
            name,
            service,
            takes,
            guarantee: match guarantee {
                Promised::Transactional => Guarantee::Transactional,
                Promised::Leased => Guarantee::Leased,
            },
        }
        .plan(&workspace),
        What::Publisher {
            name,
            service,
            states,
        } => NewPublisher {
            name,
            service,
            states,
        }
        .plan(&workspace),
        What::Event { name, service } => NewEvent { name, service }.plan(&workspace),
        What::Service { name } => NewService { name }.plan(&workspace),
    };
    let plan = match planned {
        Ok(plan) => plan,
        Err(refused @ (Refused::Name { .. } | Refused::Missing { .. } | Refused::Exists(_))) => {
            eprintln!("error: {refused}");
            return Ok(ExitCode::from(2));
        }
        Err(failed) => return Err(failed.into()),
    };
    plan.carry_out()?;
    say(&plan, &arguments.what);
    Ok(ExitCode::SUCCESS)
}

fn say(plan: &Plan, what: &What) {
    for (file, planned) in plan.files() {
        let done = match planned {
            Planned::New => "made",
            Planned::Changed => "changed",
        };
        println!("{done:<8} {}", file.display());
    }
    println!("\nNext:");
    match what {
        What::Consumer { name, service, .. } => {
            say_test(service, name);
            println!("  make run                          # watch it react");
            println!("  tidings catalog show {name}");
        }
        What::Publisher { name, service, .. } => {
            say_test(service, name);
            println!(
                "  say in it who may call it, where, with what body, and what it decides before it states the event"
            );
            println!("  make run                          # POST /{name}, with an Idempotency-Key");
            println!("  tidings catalog show {name}");
        }
        What::Event { name, service } => {
            println!(
                "  say in its type what the event holds, and let its sample in events/{name} say the same"
            );
            println!("  tidings schema --help             # how its schemas are made");
            println!("  tidings new publisher <name> --service {service} --states {name}");
        }
        What::Service { name } => {
            println!("  tidings new consumer <name> --service {name} --takes <event>");
        }
    }
}

fn say_test(service: &str, name: &str) {
    println!(
        "  cargo test -p {service} --lib {}   # its test",
        name.replace('-', "_")
    );
}
