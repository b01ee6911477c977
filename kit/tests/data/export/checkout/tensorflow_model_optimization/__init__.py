"""Toolkit."""

from tensorflow_model_optimization.python.core import version

from tensorflow_model_optimization.python.core.api import clustering
from tensorflow_model_optimization.python.core.api import sparsity

__path__.append(__file__.rpartition('/')[0] + '/python/core/api')
