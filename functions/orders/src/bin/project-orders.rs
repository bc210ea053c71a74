//! The Lambda function `project-orders`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(orders::project_orders::function())
}
