"""The Spark session: the one that runs, or one of our own; what it lacks is said before it is started."""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from anomaly.errors import InputError

MASTER = re.compile(r"local(\[(\*|\d+)(,\d+)?\])?|local-cluster\[\d+,\d+,\d+\]|spark://.+|k8s://.+|yarn")
YARN = ("HADOOP_CONF_DIR", "YARN_CONF_DIR")
THROWN = re.compile(r"^(?:: )?[\w.$]+(?:Exception|Error): (.+)", re.MULTILINE)
PATIENCE = 5  # seconds for a master to answer: Spark itself asks for a minute before it says so
SUBMITTED = "PYSPARK_GATEWAY_PORT"  # set by spark-submit, which has chosen the master
SETTINGS = {
    "spark.app.name": "anomaly",
    "spark.driver.maxResultSize": "0",  # the coded log, which the driver holds anyway
    "spark.sql.execution.arrow.maxRecordsPerBatch": "1000",  # of work.CHUNK bytes
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
    "spark.executorEnv.POLARS_MAX_THREADS": "1",  # a task is one core's
}
OF_THIS_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.executorEnv.PYTHONPATH": str(Path(__file__).resolve().parents[2]),
}


@contextmanager
def session(master: str | None = None) -> Iterator[Any]:
    """Give the Spark session that runs, or start one, which ends with the block.

    master: where; spark-submit's when None, or else all cores of this machine. Raises InputError when PySpark
    or Java is missing, or nothing answers there.
    """
    sessions = _sessions()
    running = sessions.getActiveSession()
    if running is not None:
        yield running
        return
    spark = _started(sessions.builder, master)
    quiet = logging.NullHandler()  # py4j logs a trace of what is caught, and without a handler it is printed
    logging.getLogger().addHandler(quiet)
    try:
        yield spark
    finally:
        with suppress(Exception):  # a cluster that is gone cannot be left
            spark.stop()
        logging.getLogger().removeHandler(quiet)


def _sessions() -> Any:
    try:
        # Said wherever PySpark meets pandas, of which nothing here is used.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError(
            "PySpark is not installed", "--engine spark", "pip install 'access-log-anomaly[spark]'"
        ) from None
    return SparkSession


def _started(builder: Any, master: str | None) -> Any:
    """Start a session; what the virtual machine says meanwhile and later goes to a file, unless it fails."""
    chosen = dict(SETTINGS)
    if SUBMITTED not in os.environ:
        master = master or "local[*]"
        check(master)
        chosen["spark.master"] = master
        if master.startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            chosen |= OF_THIS_MACHINE
    for name, value in chosen.items():
        builder = builder.config(name, value)
    with _stderr_aside() as said:
        try:
            return builder.getOrCreate()
        except Exception as error:
            said.seek(0)
            raise _not_started(str(error), said.read().decode(errors="replace"), master) from None


def check(master: str) -> None:
    """Raise InputError where Java is missing, a master is none, or none answers."""
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")):
        raise InputError(
            "Spark runs on Java, and there is none" + (f" in JAVA_HOME={home}" if home else ""),
            "--engine spark",
            "install Java 17, and set JAVA_HOME or put `java` on the PATH",
        )
    if not MASTER.fullmatch(master):
        raise InputError(
            f"`{master}` is no master of Spark",
            "--master",
            "write local[*], spark://host:7077, yarn or k8s://https://host:443",
        )
    if master == "yarn" and not any(map(os.environ.get, YARN)):
        raise InputError(
            "YARN is found by its settings, and none are given",
            "--master yarn",
            f"set {' or '.join(YARN)} to the folder that has them",
        )
    if master.startswith("spark://") and not any(map(_answers, master[8:].split(","))):
        raise InputError(
            "no master answers there", f"--master {master}", "check host and port, and that the cluster runs"
        )


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), PATIENCE):
            return True
    except (OSError, ValueError, OverflowError):
        return False


@contextmanager
def _stderr_aside() -> Iterator[IO[bytes]]:
    """Have processes that are started meanwhile write their standard error to a file that nobody reads.

    Spark writes greetings and warnings there, later the traces of every attempt; ANOMALY_DEBUG leaves them.
    """
    with tempfile.TemporaryFile() as said:
        if os.environ.get("ANOMALY_DEBUG"):
            yield said
            return
        sys.stderr.flush()
        ours = os.dup(2)
        try:
            os.dup2(said.fileno(), 2)
            yield said
        finally:
            os.dup2(ours, 2)
            os.close(ours)


def _not_started(error: str, said: str, master: str | None) -> InputError:
    telling = THROWN.search(f"{error}\n{said}")
    return InputError(
        f"Spark does not start ({(telling[1] if telling else error.strip().splitlines()[0])[:300]})",
        f"--master {master}" if master else "--engine spark",
        "check the master and the cluster's own settings; ANOMALY_DEBUG=1 shows all that Spark says",
    )
