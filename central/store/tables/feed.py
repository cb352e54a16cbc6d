"""What was published to gates: signed metadata, and the content that it names by hash."""

from sqlalchemy import BigInteger, Integer, LargeBinary
from sqlmodel import Field

from central.store.columns import Table
from protocol.identifiers import SiteId
from protocol.instants import Instant


class SignedMetadataRow(Table, table=True):
    """A sealed envelope of a role. Law 3 needs its key: central serves only what is stored here."""

    __tablename__ = "signed_metadata"

    site_id: SiteId = Field(primary_key=True, sa_type=Integer, foreign_key="site.id")
    role: str = Field(primary_key=True, max_length=16)
    epoch: int = Field(primary_key=True, sa_type=BigInteger)
    version: int = Field(primary_key=True, sa_type=BigInteger)
    envelope: bytes = Field(sa_type=LargeBinary)
    at: Instant = Field(sa_type=BigInteger)


class FeedBucketRow(Table, table=True):
    """A bucket of the newest edition; an empty one has no row."""

    __tablename__ = "feed_bucket"

    site_id: SiteId = Field(primary_key=True, sa_type=Integer, foreign_key="site.id")
    kind: str = Field(primary_key=True, max_length=12)
    number: int = Field(primary_key=True, sa_type=Integer)
    sha256: bytes = Field(sa_type=LargeBinary)
    data: bytes = Field(sa_type=LargeBinary)


class FeedContentRow(Table, table=True):
    """A small table or a segment of events, by its hash; `used_at` is when a published head last named it."""

    __tablename__ = "feed_content"

    site_id: SiteId = Field(primary_key=True, sa_type=Integer, foreign_key="site.id")
    sha256: bytes = Field(primary_key=True, sa_type=LargeBinary)
    data: bytes = Field(sa_type=LargeBinary)
    used_at: Instant = Field(sa_type=BigInteger, index=True)


class FeedDeltaRow(Table, table=True):
    """The changes from one version of the manifest to the next."""

    __tablename__ = "feed_delta"

    site_id: SiteId = Field(primary_key=True, sa_type=Integer, foreign_key="site.id")
    epoch: int = Field(primary_key=True, sa_type=BigInteger)
    to_version: int = Field(primary_key=True, sa_type=BigInteger)
    data: bytes = Field(sa_type=LargeBinary)
