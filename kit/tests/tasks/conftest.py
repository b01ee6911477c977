"""A project with the tasks that the template generates."""

import dataclasses
import io
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import DATA, REPOSITORY
from tfmot_technique_kit import tasks
from tfmot_technique_kit.project import Project

TEMPLATE = REPOSITORY / "<<cookiecutter.technique_slug>>" / "experiments"


def make_project(root: Path) -> Project:
    """Copies the small project, with the tasks and the hyper-parameters of the template."""
    shutil.copytree(DATA / "some_method", root, dirs_exist_ok=True)
    for path in (*TEMPLATE.glob("tasks/*.py"), *TEMPLATE.glob("configs/*.yaml")):
        licence, _, text = path.read_text(encoding="utf-8").partition("\n")
        assert licence.startswith("<% include"), path
        place = root / "experiments" / path.relative_to(TEMPLATE)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return Project(root)


@pytest.fixture(scope="session", name="generated")
def _generated(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("generated"))


@pytest.fixture(scope="session")
def create(generated):
    """A function that creates a task of a name, with options as keywords."""
    return lambda name, **options: tasks.create(generated, name, options)


@pytest.fixture
def train():
    """A function that trains the model of a task for an epoch, from its first weights."""
    # What makes two updates of a technique out of few examples.
    changes = ["training.fine_tune_epochs=1", "training.batch_size=8"]
    changes += ["technique.update_frequency=1"]

    def run(project: Project, name: str, training: str):
        from tfmot_technique_kit.experiments import config
        from tfmot_technique_kit.experiments.plan import Plan
        from tfmot_technique_kit.experiments.training import Trainer

        plan = Plan(project, name, "smoke", config.load(project, name, "smoke", changes), seed=0)
        task = tasks.create(project, name, plan.config["task"])
        data = task.load()
        data = dataclasses.replace(data, train=data.train.take(32))
        weights = task.build().get_weights()
        model, _ = Trainer(plan, task, data).train(plan.parse(training), weights)
        inputs, _ = next(iter(data.test.batch(2)))
        assert model(inputs).shape == task.build()(inputs).shape
        assert np.isfinite(model(inputs)).all()
        return model

    return run


@pytest.fixture(name="sst2_dir", scope="session")
def write_sst2(tmp_path_factory):
    """Writes four sentences to train and two to validate, as TensorFlow Datasets does."""
    tfds = pytest.importorskip("tensorflow_datasets")
    folder = tmp_path_factory.mktemp("datasets")
    examples = [
        (i, {"idx": i, "sentence": text, "label": int("bad" not in text)})
        for i, text in enumerate(("a good film", "a bad film", "not good", "Good, good film!"))
    ]
    label = tfds.features.ClassLabel(names=["negative", "positive"])
    tfds.dataset_builders.store_as_tfds_dataset(
        name="glue",
        config="sst2",
        version="2.0.0",
        data_dir=folder,
        features=tfds.features.FeaturesDict(
            {"idx": np.int32, "label": label, "sentence": tfds.features.Text()}
        ),
        split_datasets={"train": examples, "validation": examples[:2]},
        disable_shuffling=True,
    )
    return folder


@pytest.fixture(name="movie_reviews_dir")
def write_movie_reviews(tmp_path):
    """Writes sentences, rated from -4 to 4, into archives as those of vaderSentiment."""
    rated = [("a good film", 3.1), ("Good, good film!", 0.5), ("a bad film", -2.0), ("bad", -0.5)]
    rated = [*rated, ("so so", 0.4)] * 5
    lines = [f"{i}\t{rating}\t{text}\r\n" for i, (text, rating) in enumerate(rated)]

    def pack(name, content):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        return stream.getvalue()

    inner = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"
    outer = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
    content = pack(outer, pack(inner, "".join(lines).encode()))
    (tmp_path / "vaderSentiment-3.3.2.tar.gz").write_bytes(content)
    return tmp_path


@pytest.fixture(name="coco_dir", scope="session")
def write_coco(tmp_path_factory):
    """Writes two images per split in the format of TensorFlow Datasets."""
    tfds = pytest.importorskip("tensorflow_datasets")
    folder = tmp_path_factory.mktemp("datasets")

    def example(i, *objects):
        keys, same = ("bbox", "label", "is_crowd"), {"area": 1, "id": 1}
        described = [{**same, **dict(zip(keys, each, strict=True))} for each in objects]
        image = {"image": np.full([40, 80, 3], 255, np.uint8), "image/filename": f"{i}.jpg"}
        return i, {**image, "image/id": i, "objects": described}

    box = tfds.features.BBox
    small, middle = box(0.1, 0.1, 0.2, 0.2), box(0.5, 0.25, 0.75, 0.5)
    large, crowd = box(0.0, 0.0, 0.5, 1.0), box(0.0, 0.0, 1.0, 1.0)
    examples = [
        example(0, (small, 1, False), (crowd, 2, True), (middle, 3, False), (large, 79, False)),
        example(1),
    ]
    objects = {
        **{"area": np.int64, "id": np.int64, "is_crowd": np.bool_},
        **{"bbox": tfds.features.BBoxFeature(), "label": tfds.features.ClassLabel(num_classes=80)},
    }
    image = {"image": tfds.features.Image(encoding_format="png"), "image/id": np.int64}
    image |= {"image/filename": tfds.features.Text()}
    tfds.dataset_builders.store_as_tfds_dataset(
        name="coco",
        config="2017",
        version="1.1.0",
        data_dir=folder,
        features=tfds.features.FeaturesDict({**image, "objects": tfds.features.Sequence(objects)}),
        split_datasets={"train": examples, "validation": examples[:1]},
        disable_shuffling=True,
    )
    return folder


def write_images(folder, names=("cat", "dog")):
    """Writes folders of classes, the first black, the second white: 3 and 2 images to train on.

    There is 1 of each to validate with. Further classes have no images.
    """
    import tensorflow as tf

    for split, counts in (("train", (3, 2)), ("validation", (1, 1))):
        for i, name in enumerate(names):
            place = folder / split / name
            place.mkdir(parents=True)
            for number in range(counts[i] if i < 2 else 0):
                pixels = np.full([40, 30, 3], 255 * i, np.uint8)
                (place / f"{number}.png").write_bytes(tf.io.encode_png(pixels).numpy())
    return folder
