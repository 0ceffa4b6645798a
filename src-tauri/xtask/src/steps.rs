//! Long work, one step after the other, with a sign of life.

use std::fs;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::place;
use crate::tally::Tally;

/// On a terminal the elapsed time counts up in place; in a log, a line now and then shows that it goes on.
const BEAT: Duration = Duration::from_secs(1);
const LOG_BEATS: u32 = 30;

pub struct Step {
    title: String,
    todo: Todo,
    /// What to write down once it has succeeded.
    then: Option<Box<dyn FnOnce() -> Result<()>>>,
    /// Whether what the command says is worth reading when all went well.
    told: bool,
}

enum Todo {
    Run(Command),
    Nothing(String),
}

#[derive(Debug)]
pub struct Done {
    pub title: String,
    pub took: Duration,
    pub tally: Tally,
}

impl Step {
    pub fn run(title: impl Into<String>, command: Command) -> Self {
        Self { title: title.into(), todo: Todo::Run(command), then: None, told: false }
    }

    /// A step with nothing left to do.
    pub fn nothing(title: impl Into<String>, why: impl Into<String>) -> Self {
        Self { title: title.into(), todo: Todo::Nothing(why.into()), then: None, told: false }
    }

    pub fn then(mut self, then: impl FnOnce() -> Result<()> + 'static) -> Self {
        self.then = Some(Box::new(then));
        self
    }

    /// Left out when its result is there and was made from the same inputs.
    pub fn once(self, name: &str, inputs: String, result: &Path) -> Self {
        let stamp = place::stamp(name);
        if result.exists() && fs::read_to_string(&stamp).is_ok_and(|last| last == inputs) {
            return Self::nothing(self.title, "up to date");
        }
        self.then(move || {
            fs::create_dir_all(stamp.parent().unwrap_or(Path::new(".")))?;
            Ok(fs::write(stamp, inputs)?)
        })
    }

    pub fn told(mut self) -> Self {
        self.told = true;
        self
    }
}

/// Takes the steps in order. Ends at the first that fails, with all it had to say.
pub fn take(steps: Vec<Step>) -> Result<Vec<Done>> {
    let mut done = Vec::new();
    take_into(steps, &mut done)?;
    Ok(done)
}

/// As [`take`], with what was done kept even when a step fails.
pub fn take_into(steps: Vec<Step>, done: &mut Vec<Done>) -> Result<()> {
    let total = steps.len();
    for (index, step) in steps.into_iter().enumerate() {
        let head = format!("[{}/{total}] {}", index + 1, step.title);
        let mut command = match step.todo {
            Todo::Nothing(why) => {
                println!("{head}: {why}");
                continue;
            }
            Todo::Run(command) => command,
        };
        let begun = Instant::now();
        let (status, output) = watch(&head, &mut command)
            .with_context(|| format!("{}: cannot run {}", step.title, name(&command)))?;
        let tally = Tally::read(&output);
        let took = begun.elapsed();
        println!("{head}: {}", in_words(took));
        done.push(Done { title: step.title.clone(), took, tally });
        if !status.success() {
            println!("{output}");
            bail!("{} failed ({status}). The command was:\n  {}", step.title, spelled(&command));
        }
        if step.told {
            println!("{output}");
        }
        if let Some(then) = step.then {
            then()?;
        }
    }
    Ok(())
}

/// Takes the steps in order, with all they say on the other output.
pub fn take_aside(steps: Vec<Step>) -> Result<()> {
    for step in steps {
        let Todo::Run(mut command) = step.todo else { continue };
        eprintln!("{}", step.title);
        let status = command.stdin(Stdio::null()).stdout(io::stderr()).status();
        let status = status.with_context(|| format!("{}: cannot run {}", step.title, name(&command)))?;
        if !status.success() {
            bail!("{} failed ({status}). The command was:\n  {}", step.title, spelled(&command));
        }
        if let Some(then) = step.then {
            then()?;
        }
    }
    Ok(())
}

/// Runs a command with both its outputs in one text, in the order they came.
fn watch(head: &str, command: &mut Command) -> Result<(ExitStatus, String)> {
    let (reader, writer) = io::pipe()?;
    let mut child = command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).spawn()?;
    // The command holds the pipe's other ends: without them the reading would never end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                break;
            }
        }
    });

    let terminal = io::stdout().is_terminal();
    let begun = Instant::now();
    let (mut output, mut last, mut beats) = (String::new(), String::new(), 0);
    let mut ended = None;
    show(terminal, &format!("{head}…"));
    loop {
        let next_beat = begun + BEAT * (beats + 1);
        match lines.recv_timeout(next_beat.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                output.push_str(&line);
                output.push('\n');
                if !line.trim().is_empty() {
                    last = line;
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                beats += 1;
                // A process it left behind may hold the pipe open for ever.
                if ended.is_some() {
                    break;
                }
                ended = child.try_wait()?;
                let elapsed = in_words(BEAT * beats);
                if terminal {
                    show(true, &format!("{head}… {elapsed}"));
                } else if beats % LOG_BEATS == 0 {
                    let last: String = last.trim().chars().take(100).collect();
                    println!("      … {elapsed}: {last}");
                }
            }
        }
    }
    if terminal {
        show(true, "");
    }
    Ok((child.wait()?, output))
}

/// Writes a line that the next one replaces, where that is possible.
fn show(terminal: bool, line: &str) {
    if terminal {
        print!("\r\u{1b}[2K{line}");
        // Nobody is hurt when the sign of life cannot be shown.
        let _ = io::stdout().flush();
    } else {
        println!("{line}");
    }
}

pub fn in_words(took: Duration) -> String {
    let seconds = took.as_secs();
    match seconds {
        0 => format!("{:.1} s", took.as_secs_f32()),
        1..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn spelled(command: &Command) -> String {
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    std::iter::once(command.get_program().to_string_lossy()).chain(arguments).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failing_step_ends_the_work_and_names_its_command() {
        let mut done = Vec::new();
        let steps = vec![
            Step::run("First", shell("echo 'test result: ok. 2 passed; 0 failed; 0 ignored'")),
            Step::run("Second", shell("echo no >&2; exit 3")),
            Step::run("Third", shell("exit 0")),
        ];
        let error = take_into(steps, &mut done).unwrap_err().to_string();
        assert!(error.contains("Second failed") && error.contains("exit 3"), "{error}");
        assert_eq!(
            done.iter().map(|d| (d.title.as_str(), d.tally.passed)).collect::<Vec<_>>(),
            [("First", 2), ("Second", 0)]
        );
    }

    #[test]
    fn both_outputs_come_in_order() {
        let (status, output) = watch("x", &mut shell("echo one; echo two >&2; printf three")).unwrap();
        assert!(status.success());
        assert_eq!(output, "one\ntwo\nthree\n");
    }

    #[test]
    fn a_step_is_written_down_only_when_it_succeeded() {
        let written = |script: &str| {
            let file = std::env::temp_dir().join(format!("xtask-steps-{}", std::process::id()));
            let mark = file.clone();
            let _ = take(vec![Step::run("It", shell(script)).then(move || Ok(std::fs::write(mark, "")?))]);
            std::fs::remove_file(file).is_ok()
        };
        assert!(written("exit 0"));
        assert!(!written("exit 1"));
    }

    #[test]
    fn a_process_left_behind_does_not_hold_the_work() {
        let begun = Instant::now();
        let (status, output) = watch("x", &mut shell("echo done; sleep 60 & exit 0")).unwrap();
        assert!(status.success() && begun.elapsed() < Duration::from_secs(30));
        assert_eq!(output, "done\n");
    }

    #[test]
    fn times_are_read_by_people() {
        assert_eq!(in_words(Duration::from_millis(340)), "0.3 s");
        assert_eq!(in_words(Duration::from_secs(59)), "59 s");
        assert_eq!(in_words(Duration::from_secs(61)), "1 min 01 s");
    }
}
