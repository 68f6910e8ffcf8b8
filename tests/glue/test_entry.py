"""The job as Glue starts it: the script, its modules in a zip, and arguments that it does not know."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

from local.glue_environment import glue_environment, spark_variables
from runtime.core import keys
from runtime.core.manifest import dump_documents
from runtime.core.word_count import tally
from tests.glue.engines import DIGEST, put, transcript_of
from tests.glue.hard_strings import hard_strings

_ROOT = Path(__file__).parents[2]
_MODULES = ("glue", "runtime/core", "runtime/adapters")


def test_the_script_counts_a_manifest_under_spark_submit_with_its_modules_in_a_zip(tmp_path: Path) -> None:
    modules = tmp_path / "modules.zip"
    with zipfile.ZipFile(modules, "w") as archive:
        for folder in _MODULES:
            for path in (_ROOT / folder).rglob("*.py"):
                archive.write(path, path.relative_to(_ROOT))
        archive.write(_ROOT / "runtime" / "__init__.py", "runtime/__init__.py")
    script = tmp_path / "script" / "word_count.py"
    script.parent.mkdir()
    script.write_bytes((_ROOT / "glue" / "word_count.py").read_bytes())
    transcript = transcript_of(list(hard_strings(300)))
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_bytes(dump_documents([put(tmp_path, DIGEST, transcript.dump())]))

    glue = glue_environment()
    submit = [glue.spark_home / "bin" / "spark-submit", "--master", "local[2]", "--conf", "spark.ui.enabled=false"]
    submit += ["--driver-java-options", " ".join(glue.java_options), "--py-files", modules, script]
    told = (*("--mode", "documents", "--manifest", str(manifest)), *("--JOB_NAME", "job", "--enable-metrics", "true"))
    run = subprocess.run(  # noqa: S603  ours
        [*submit, *told], check=False, capture_output=True, cwd=tmp_path, env=spark_variables(glue), text=True
    )
    assert run.returncode == 0, run.stderr
    (outcome,) = [json.loads(line) for line in (tmp_path / "manifest.outcomes.jsonl").read_bytes().splitlines()]
    assert outcome["outcome"] == "counted"
    assert (tmp_path / keys.word_count(DIGEST)).read_bytes() == tally(DIGEST, transcript).dump()
    assert '"event": "documents_counted"' in run.stdout
