"""What a reader has to know about a table, all of it from the run files."""

from tfmot_technique_kit.report import formats


def notes(rows):
    """Returns the data set and measurement note of a table.

    Args:
        rows: The Rows of one setting.

    Returns:
        A list of lines, empty if no variant has a result.
    """
    runs = [run for row in rows for run in row.runs if run["status"] == "ok"]
    if not runs:
        return []
    lines = [
        _data(runs),
        _quality(runs),
        _difference(rows),
        _size(rows),
        _latency(rows),
        _memory(rows),
        _machine(runs),
        _software(runs),
    ]
    if rows[0].setting.profile == "smoke":
        lines.insert(
            0,
            "The smoke profile shows that the experiments run. Its models and data "
            "are too small to be evidence for a technique.",
        )
    return [line for line in lines if line]


def _distinct(values):
    """Joins what the runs say; more than one value is worth knowing."""
    return "; ".join(dict.fromkeys(str(value) for value in values))


def _data(runs):
    data = _distinct(
        f"{run['dataset']['name']}, version {run['dataset']['version']}, "
        f"{run['dataset']['source']}, {run['dataset']['splits']['train']} training "
        f"and {run['dataset']['splits']['test']} test examples"
        for run in runs
    )
    return f"Data: {data}."


def _quality(runs):
    metric = _distinct(run["quality"]["metric"] for run in runs)
    n = _distinct(run["quality"]["n"] for run in runs)
    seeds = ", ".join(map(str, sorted({run["seed"] for run in runs})))
    return (
        f"Quality: {metric} of the converted model on {n} test examples, mean ± "
        f"sample standard deviation over the seeds ({seeds}). Higher is better."
    )


def _difference(rows):
    text = (
        "Difference: to the control with the same conversion, seed by seed. The "
        "control is the baseline, trained further for as long as the others. It "
        "exceeds the spread if its mean, be it a gain or a loss, is larger than "
        "its standard deviation; that is a rule of thumb, no test of significance."
    )
    if any(row.verdict == "one seed" for row in rows):
        text += " One seed says nothing about the spread."
    return text


def _size(rows):
    seeds = _distinct(row.run["seed"] for row in rows if row.run)
    return (
        "Size: of the .tflite file and of the same after gzip; 1 kB is 1,000 "
        "bytes. Zeros: among the weights in the file. Size, latency and memory "
        f"are of seed {seeds}."
    )


def _latency(rows):
    measured = [row.run["latency"] for row in rows if row.value("latency", "median_ms")]
    if not measured:
        return "Latency: not measured."
    setup = _distinct(
        f"{latency['processes']} processes, threads: {latency['threads']}, "
        f"{latency['runtime']}, delegate {latency['delegate'] or 'none'}"
        for latency in measured
    )
    load = max(row.run["hardware"]["load_average"][0] for row in rows if row.run)
    return (
        f"Latency: of one example, median of the medians of {setup}; the load of "
        f"the machine was up to {load}."
    )


def _memory(rows):
    measured = [row.run["memory"] for row in rows if row.value("memory", "method")]
    if not measured:
        return "Memory: not measured."
    method = _distinct(memory["method"] for memory in measured)
    floors = [memory["floor_bytes"] for memory in measured]
    floors = [floor for floor in floors if floor is not None]
    text = f"Peak memory: {method.rstrip('.')}."
    if floors:
        text += (
            " A model of one operation takes up to "
            f"{formats.kibibytes(max(floors))} KiB, which is included."
        )
    return text


def _machine(runs):
    machine = _distinct(
        f"{run['hardware']['cpu'] or 'unknown'}, {run['hardware']['cores']} cores" for run in runs
    )
    determinism = _distinct(
        "op determinism {op_determinism}, threads {intra_threads} and "
        "{inter_threads}, oneDNN {onednn}".format(**run["determinism"])
        for run in runs
    )
    return f"Machine: {machine}. Training: {determinism}."


def _software(runs):
    versions = _distinct(
        ", ".join(f"{name} {version}" for name, version in run["software"].items() if version)
        for run in runs
    )
    git = _distinct(_commit(run["git"]) for run in runs)
    config = _distinct(run["config"]["sha256"][:8] for run in runs)
    return f"Software: {versions}. Commit: {git}. Configuration: {config}."


def _commit(git):
    if not git:
        return "none"
    return git["commit"][:8] + (" with changes" if git["dirty"] else "")
