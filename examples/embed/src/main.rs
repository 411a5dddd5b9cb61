//! Prints the story.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", embed::story()?);
    Ok(())
}
