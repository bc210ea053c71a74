//! The Lambda function `project-orders`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(orders::project_orders::function())
}
