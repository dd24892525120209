"""A cluster that executes submissions: the workers of an existing Dask scheduler."""

import contextlib
import sys

from autograder.class_run.dealing import ExecutorLost

# Out at a time at least, so that a cluster that grows with its load sees the load.
LEAST = 100
AHEAD = 2
CONNECT_SECONDS = 10
SCHEMES = ("tcp://", "tls://", "ws://", "wss://", "ucx://")


class NoCluster(Exception):
    """There is no such cluster, or none that submissions can be executed on."""


class ClusterPool:
    """The workers of the scheduler at `address`, as tcp://host:8786. Raises NoCluster.

    They see the course's folder under the same path, have this package installed, and run one
    thread each: a test cell's output and a submission's limits belong to a process. A worker that
    is lost costs what it was at, which Dask gives to another.
    """

    def __init__(self, address):
        try:
            from distributed import Client
        except ImportError:
            raise NoCluster(
                "--cluster needs the package distributed: pip install -r requirements-cluster.lock"
            ) from None
        if "://" in address and not address.startswith(SCHEMES):
            raise NoCluster(f"{address} is no scheduler's address: they look like tcp://host:8786")
        try:
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise NoCluster(f"no Dask scheduler answers at {address}: {error}") from None
        self._require_one_thread()

    def isolation(self, course):
        """What is said of it: each worker sees for itself, and refuses if there is none."""
        return (
            f"{course.config.ExecuteSubmission.get('isolation', 'auto')}, as each worker finds it"
        )

    def room(self, alone=False):
        """How many tasks may be out at a time."""
        return 1 if alone else max(LEAST, AHEAD * len(self._client.nthreads()))

    @contextlib.contextmanager
    def open(self, alone=False):
        """A concurrent.futures.Executor on the cluster. Raises ExecutorLost with the scheduler."""
        self._require_one_thread()
        if not self._client.nthreads():
            print("the Dask scheduler has no worker yet: waiting for one", file=sys.stderr)
        executor = self._client.get_executor(pure=False)
        try:
            yield executor
        except ExecutorLost:
            raise ExecutorLost("the Dask scheduler is gone") from None
        finally:
            executor.shutdown(wait=False)  # what is still out then is not wanted any more

    def close(self):
        """Leave the cluster; it runs on."""
        self._client.close()

    def _require_one_thread(self):
        for worker, threads in self._client.nthreads().items():
            if threads != 1:
                raise NoCluster(
                    f"the Dask worker {worker} has {threads} threads: start it with --nthreads 1"
                )
