//! The `weighstation` binary: everything happens in the library.

fn main() -> std::process::ExitCode {
    weighstation::cli::run()
}
